package dev.rankine.transformer.data;

import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import java.util.Arrays;
import java.util.stream.LongStream;

/**
 * A padded batch of sequence pairs.
 *
 * @param inputIds I64 [B, S]
 * @param inputMask F32 [B, S]: 1 on symbols, 0 on padding
 * @param decoderIds I64 [B, T]: the target shifted right behind the decoder's start symbol
 * @param targets I64 [B, T]: the symbols to predict, -100 on padding
 * @param symbols how many targets count
 * @param examples I64 [B]: number of each example within the step's whole batch, for random numbers
 */
public record SequenceBatch(
        Tensor inputIds, Tensor inputMask, Tensor decoderIds, Tensor targets, long symbols, Tensor examples)
        implements Batch {
    /** What stands in {@link #targets} where there is nothing to predict. */
    public static final long IGNORED = -100;

    /**
     * The places that count.
     *
     * @param places I64 [N], places of [B, T] counted row by row
     * @param targets I64 [N], the symbols there
     */
    public record Scored(Tensor places, Tensor targets) {}

    /** The places whose targets count, which are read for that. */
    public Scored scored() {
        long[] wanted = targets.toLongs();
        long[] places = LongStream.range(0, wanted.length)
                .filter(place -> wanted[(int) place] >= 0)
                .toArray();
        Shape count = Shape.of(places.length);
        long[] symbols = Arrays.stream(places).map(place -> wanted[(int) place]).toArray();
        return new Scored(
                Tensor.ofLongs(targets.backend(), count, places), Tensor.ofLongs(targets.backend(), count, symbols));
    }

    /** The number of symbols. */
    @Override
    public long count() {
        return symbols;
    }
}
