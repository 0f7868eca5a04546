package dev.rankine.lora;

import dev.rankine.tensor.Tensor;

/** An adapter whose change of the weight is a product of two thin matrices. */
public interface LowRank extends Mergeable {
    /** How many triplets (a row of A, a column of B and their gate) the adapter had at the start. */
    int initialRank();

    /** How many it has now. */
    int rank();

    /** The same change as plain factors, scale and gates folded in, copied. */
    PlainFactors export();

    /**
     * Takes over a change from elsewhere in place of the usual start.
     *
     * @throws IllegalArgumentException if its rank or width is another
     */
    void startFrom(PlainFactors change);

    @Override
    default Tensor delta() {
        return export().delta();
    }
}
