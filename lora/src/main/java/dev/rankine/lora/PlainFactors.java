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

    /** The sum of two changes of one matrix: [A; A'] and [B, B'], copied. */
    public PlainFactors plus(PlainFactors other) {
        if (other.inputs() != inputs() || other.outputs() != outputs()) {
            throw ShapeMismatch.in(
                    "sum of changes of " + path, "they change other matrices", a.shape(), other.a.shape());
        }
        int joint = rank() + other.rank();
        Tensor rows = Tensor.zeros(a.backend(), a.dtype(), a.shape().with(0, joint));
        Tensor columns = Tensor.zeros(b.backend(), b.dtype(), b.shape().with(1, joint));
        a.backend().copy(a, rows.slice(0, 0, rank()));
        a.backend().copy(other.a, rows.slice(0, rank(), joint));
        b.backend().copy(b, columns.slice(1, 0, rank()));
        b.backend().copy(other.b, columns.slice(1, rank(), joint));
        return new PlainFactors(path, rows, columns);
    }

    /** B A, [O, I]. */
    public Tensor delta() {
        return b.matmul(a);
    }
}
