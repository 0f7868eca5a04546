package dev.rankine.autograd.op;

import dev.rankine.tensor.ShapeMismatch;
import dev.rankine.tensor.Tensor;

/** How far rows or columns of a matrix are from orthonormal: the matrix of their inner products less the identity. */
final class Gram {
    private Gram() {}

    /**
     * A A^T - I [r, r] for A[r, I] with {@code overRows}, B^T B - I [r, r] for B[O, r] without.
     *
     * @param identity [R, R] with R at least r
     * @throws ShapeMismatch naming {@code operation}
     */
    static Tensor gap(String operation, Tensor x, boolean overRows, Tensor identity) {
        int r = x.shape().rank() == 2 ? x.shape().dim(overRows ? 0 : 1) : -1;
        if (r < 0 || r > identity.shape().dim(0)) {
            throw ShapeMismatch.in(operation, "need matrices within the identity", x.shape(), identity.shape());
        }
        Tensor flipped = x.transpose(0, 1);
        Tensor gram = overRows ? x.matmul(flipped) : flipped.matmul(x);
        return gram.minus(identity.slice(0, 0, r).slice(1, 0, r));
    }

    /** The gap times A from the left, or times B from the right: a fourth of the gradient of its squared norm. */
    static Tensor timesMatrix(Tensor gap, Tensor x, boolean overRows) {
        return overRows ? gap.matmul(x) : x.matmul(gap);
    }
}
