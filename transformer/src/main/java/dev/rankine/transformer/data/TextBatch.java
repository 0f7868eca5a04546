package dev.rankine.transformer.data;

import dev.rankine.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * A padded batch of texts.
 *
 * @param ids I64 [B, S]
 * @param mask F32 [B, S]: 1 on tokens, 0 on padding
 * @param types I64 [B, S]: 1 on the second text of a pair; null where all are 0
 * @param targets [B], what to predict of every text: I64 classes, or F32 scores
 * @param examples I64 [B]: number of each example within the step's whole batch, for random numbers
 */
public record TextBatch(Tensor ids, Tensor mask, @Nullable Tensor types, Tensor targets, Tensor examples)
        implements Batch {
    /** The number of texts. */
    @Override
    public long count() {
        return ids.shape().dim(0);
    }
}
