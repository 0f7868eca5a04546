package dev.rankine.tensor;

import java.util.Arrays;

/** The shape check and broadcasting of {@link Tensor#matmul}, in one place; back-ends see equal leading axes only. */
final class MatrixProduct {
    private static final String NAME = "matmul";

    private MatrixProduct() {}

    static Tensor of(Tensor a, Tensor b) {
        a.checkAlive(NAME);
        b.checkAlive(NAME);
        if (a.shape().rank() < 2 || b.shape().rank() < 2) {
            throw ShapeMismatch.in(NAME, "both need at least two axes", a.shape(), b.shape());
        }
        int rows = a.shape().dim(-2);
        int inner = a.shape().dim(-1);
        int columns = b.shape().dim(-1);
        if (inner != b.shape().dim(-2)) {
            throw ShapeMismatch.in(
                    NAME, "inner dimensions " + inner + " and " + b.shape().dim(-2) + " differ", a.shape(), b.shape());
        }
        if (b.shape().rank() == 2 && a.shape().rank() > 2 && a.isContiguous()) {
            // one matrix for all: the leading axes are just more rows
            long allRows = a.shape().size() / Math.max(1, inner);
            if (inner > 0 && allRows <= Integer.MAX_VALUE) {
                Tensor flat = of(a.reshape(Shape.of((int) allRows, inner)), b);
                return flat.reshape(a.shape().with(-1, columns));
            }
        }
        Shape batch = Shape.broadcast(NAME, leading(a.shape()), leading(b.shape()));
        Tensor out = a.result(NAME, append(batch, rows, columns));
        a.backend().matmul(a.expand(append(batch, rows, inner)), b.expand(append(batch, inner, columns)), out, false);
        return out;
    }

    private static Shape leading(Shape shape) {
        return shape.without(-1).without(-1);
    }

    private static Shape append(Shape batch, int rows, int columns) {
        int[] lengths = Arrays.copyOf(batch.toArray(), batch.rank() + 2);
        lengths[batch.rank()] = rows;
        lengths[batch.rank() + 1] = columns;
        return Shape.of(lengths);
    }
}
