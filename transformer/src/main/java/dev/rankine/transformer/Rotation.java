package dev.rankine.transformer;

import dev.rankine.autograd.Variable;
import dev.rankine.autograd.op.Rope;
import dev.rankine.tensor.Tensor;

/**
 * The angles of the places of one pass.
 *
 * @param cos [T, D / 2], or [B, 1, T, D / 2] where the rows of a batch begin at different places, or [N, 1, D / 2] for packed
 *     rows
 * @param sin likewise
 */
record Rotation(Tensor cos, Tensor sin) {
    /** Queries or keys [B, H, T, D], or packed [N, H, D], at their places. */
    Variable apply(Variable x) {
        return Rope.rope(x, cos, sin);
    }
}
