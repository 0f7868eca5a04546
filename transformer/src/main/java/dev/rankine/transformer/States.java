package dev.rankine.transformer;

import dev.rankine.autograd.Variable;
import dev.rankine.autograd.op.Embedding;
import dev.rankine.autograd.op.Reshape;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;

/** What a stack made of every place of a batch. */
final class States {
    private States() {}

    /**
     * Those of some places alone, [N, C].
     *
     * @param h [B, T, C]
     * @param places I64 [N], places of [B, T] counted row by row
     */
    static Variable at(Tensor places, Variable h) {
        Shape shape = h.shape();
        return Embedding.embedding(places, Reshape.reshape(h, Shape.of(shape.dim(0) * shape.dim(1), shape.dim(2))));
    }
}
