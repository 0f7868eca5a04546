package dev.rankine.lora;

import dev.rankine.tensor.ShapeMismatch;
import dev.rankine.tensor.Tensor;

/**
 * A low-rank change of a weight matrix with nothing left to multiply: delta = B A.
 *
 * @param path the module path of the matrix
 * @param a [r, I]
 * @param b [O, r], with scale and gates folded in
 */
public record PlainFactors(String path, Tensor a, Tensor b) {
    public PlainFactors {
        if (a.shape().rank() != 2
                || b.shape().rank() != 2
                || a.shape().dim(0) != b.shape().dim(1)) {
            throw ShapeMismatch.in("factors of " + path, "they must be [r, I] and [O, r]", a.shape(), b.shape());
        }
    }

    public int rank() {
        return a.shape().dim(0);
    }

    public int inputs() {
        return a.shape().dim(1);
    }

    public int outputs() {
        return b.shape().dim(0);
    }

    /** B A, [O, I]. */
    public Tensor delta() {
        return b.matmul(a);
    }
}
