package dev.rankine.transformer.data;

import dev.rankine.tensor.Tensor;

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

    /** The number of symbols. */
    @Override
    public long count() {
        return symbols;
    }
}
