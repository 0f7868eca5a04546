package dev.rankine.transformer;

import dev.rankine.tensor.Tensor;

/** A decoding in progress over a batch: keys and values of what was read and written are kept. */
public interface Decoding {
    /** Scores [B, V] of the next symbol after {@code ids} I64 [B], which were written last. */
    Tensor next(Tensor ids);

    /**
     * Goes on with other rows: row b becomes what row {@code rows[b]} was, as a search over several beams needs.
     *
     * @param rows I64 [B], each in [0, B)
     */
    void reorder(Tensor rows);
}
