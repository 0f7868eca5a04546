package dev.rankine.lora;

import dev.rankine.tensor.Tensor;

/** An adapter whose change of the weight is a product of two thin matrices. */
public interface LowRank extends Mergeable, Ranked {
    /** The same change as plain factors, scale and gates folded in, copied. */
    PlainFactors export();

    /**
     * Takes over a change from elsewhere in place of the usual start. Where its rank is lower, the other triplets begin as usual
     * and add nothing.
     *
     * @throws IllegalArgumentException if its rank is higher or its width another
     */
    void startFrom(PlainFactors change);

    @Override
    default Tensor delta() {
        return export().delta();
    }
}
