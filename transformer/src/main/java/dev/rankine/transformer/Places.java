package dev.rankine.transformer;

import dev.rankine.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Where the rows of a pass stand in their sequences.
 *
 * @param from the place of the first
 * @param end the place behind the last
 * @param ofRows I64 [B, T] where padding in front puts the rows of a batch at different places, I64 [N] for packed rows;
 *     null for from, from + 1, ... in each
 */
record Places(int from, int end, @Nullable Tensor ofRows) {
    static Places between(int from, int end) {
        return new Places(from, end, null);
    }

    int count() {
        return end - from;
    }
}
