package dev.rankine.transformer.data;

import dev.rankine.tensor.Tensor;

/**
 * A padded batch of texts with a symbol to predict at every place.
 *
 * @param ids I64 [B, T]
 * @param mask F32 [B, T]: 1 on symbols, 0 on padding, which follows them
 * @param targets I64 [B, T]: {@link SequenceBatch#IGNORED} where there is nothing to predict
 * @param count how many targets count
 * @param examples I64 [B]: number of each text within the step's whole batch, for random numbers
 */
public record TokenBatch(Tensor ids, Tensor mask, Tensor targets, long count, Tensor examples) implements Batch {}
