package dev.rankine.autograd.op;

import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;

/** Sees x[..., C] as the matrix [R, C] of its rows. */
final class Rows {
    private Rows() {}

    static int count(Shape shape) {
        long rows = 1;
        for (int axis = 0; axis < shape.rank() - 1; axis++) {
            rows *= shape.dim(axis);
        }
        return Math.toIntExact(rows);
    }

    static Tensor of(Tensor x) {
        return x.reshape(Shape.of(count(x.shape()), x.shape().dim(-1)));
    }
}
