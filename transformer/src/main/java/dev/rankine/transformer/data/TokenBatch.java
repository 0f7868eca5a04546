package dev.rankine.transformer.data;

import dev.rankine.tensor.Tensor;

/**
 * A padded batch of texts with symbols to predict at N of its places.
 *
 * @param ids I64 [B, T]
 * @param mask F32 [B, T]: 1 on symbols, 0 on padding, which follows them
 * @param places I64 [N]: which places of [B, T], counted row by row
 * @param targets I64 [N]: the symbols there
 * @param examples I64 [B]: number of each text within the step's whole batch, for random numbers
 */
public record TokenBatch(Tensor ids, Tensor mask, Tensor places, Tensor targets, Tensor examples) implements Batch {
    /** N. */
    @Override
    public long count() {
        return targets.shape().size();
    }
}
