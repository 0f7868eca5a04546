package dev.rankine.transformer;

import dev.rankine.autograd.Variable;
import dev.rankine.autograd.op.Embedding;
import dev.rankine.autograd.op.Reshape;
import dev.rankine.autograd.op.Slice;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import java.util.Arrays;
import java.util.stream.LongStream;

/** What a stack made of every place of a batch. */
final class States {
    private States() {}

    /** [B, T, C] for ids [B, T], without the rows that an adapter put in front. */
    static Variable ofSymbols(Tensor ids, Variable h) {
        int places = h.shape().dim(1);
        int symbols = ids.shape().dim(1);
        return symbols == places ? h : Slice.slice(h, 1, places - symbols, places);
    }

    /**
     * Those of some places alone, [N, C].
     *
     * @param h [B, T, C]
     * @param places I64 [N], places of [B, T] counted row by row
     */
    static Variable at(Tensor places, Variable h) {
        Shape shape = h.shape();
        int count = shape.dim(0) * shape.dim(1);
        Variable rows = Reshape.reshape(h, Shape.of(count, shape.dim(2)));
        return areAll(places, count) ? rows : Embedding.embedding(places, rows);
    }

    /** Whether they are all in their order; what a device is told is not looked at, for that would wait for it. */
    private static boolean areAll(Tensor places, int count) {
        return !places.backend().isDevice()
                && places.shape().size() == count
                && Arrays.equals(places.toLongs(), LongStream.range(0, count).toArray());
    }
}
