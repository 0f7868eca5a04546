package dev.rankine.transformer.data;

import dev.rankine.tensor.Tensor;

/** What a training step reads: some examples as tensors. */
public interface Batch {
    /** What the mean loss is a mean over: how many symbols to predict, or how many examples. */
    long count();

    /** I64 [B]: number of each example within the step's whole batch, for random numbers. */
    Tensor examples();
}
