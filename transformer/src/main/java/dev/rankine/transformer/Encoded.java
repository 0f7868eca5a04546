package dev.rankine.transformer;

import dev.rankine.autograd.Variable;
import dev.rankine.tensor.Tensor;

/**
 * What an encoder read.
 *
 * @param states [B, S, C], the rows that an adapter put in front included
 * @param mask [B, S]: 1 on symbols and on those rows, 0 on padding
 */
public record Encoded(Variable states, Tensor mask) {
    /** [B, 1, 1, S], for attentions to the states. */
    Tensor keyMask() {
        return AttentionMasks.ofKeys(mask);
    }

    /** Other states of the same symbols. */
    Encoded with(Variable others) {
        return new Encoded(others, mask);
    }

    /**
     * The states [N, C] of symbols alone.
     *
     * @param through the pass through rows that are packed like this
     */
    record Packed(Variable states, Packing packing, Pass through) {
        /** Other states of the same symbols. */
        Packed with(Variable others) {
            return new Packed(others, packing, through);
        }
    }
}
