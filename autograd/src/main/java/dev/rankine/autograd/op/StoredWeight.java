package dev.rankine.autograd.op;

import dev.rankine.tensor.Backend;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Products with a weight as it is stored. One of F16 or BF16 is widened a few rows at a time, so that a product needs
 * little memory beside it however large the matrix is.
 */
final class StoredWeight {
    /** Elements widened at once: 16 MiB. */
    private static final long WIDENED = 1L << 22;

    private StoredWeight() {}

    /** y[R, O] = x[R, I] W[O, I]^T + bias + h b^T; see {@link Backend#linear}. */
    static void linear(Tensor x, Tensor weight, @Nullable Tensor bias, Backend.@Nullable LowRankTerm update, Tensor y) {
        if (weight.dtype().computes()) {
            y.backend().linear(x, weight, bias, update, y);
            return;
        }
        int outputs = weight.shape().dim(0);
        for (int from = 0; from < outputs; from += rowsAtOnce(weight)) {
            int to = Math.min(outputs, from + rowsAtOnce(weight));
            Tensor wide = weight.slice(0, from, to).copy("linear", y.dtype());
            Tensor part = y.result("linear", y.shape().with(1, to - from));
            y.backend()
                    .linear(
                            x,
                            wide,
                            bias == null ? null : bias.slice(0, from, to),
                            update == null
                                    ? null
                                    : new Backend.LowRankTerm(
                                            update.h(), update.b().slice(0, from, to)),
                            part);
            y.backend().copy(part, y.slice(1, from, to));
            Temporaries.release(wide, part);
        }
    }

    /** dX[R, I] = dY[R, O] W[O, I]. */
    static Tensor gradientOfX(Tensor dY, Tensor weight) {
        if (weight.dtype().computes()) {
            return dY.matmul(weight);
        }
        Tensor dX =
                dY.result("linear", Shape.of(dY.shape().dim(0), weight.shape().dim(1)));
        dX.backend().fill(dX, 0);
        int outputs = weight.shape().dim(0);
        for (int from = 0; from < outputs; from += rowsAtOnce(weight)) {
            int to = Math.min(outputs, from + rowsAtOnce(weight));
            Tensor wide = weight.slice(0, from, to).copy("linear", dY.dtype());
            dX.backend().matmul(dY.slice(1, from, to), wide, dX, true);
            Temporaries.release(wide);
        }
        return dX;
    }

    private static int rowsAtOnce(Tensor weight) {
        return Math.clamp(WIDENED / Math.max(1, weight.shape().dim(1)), 1, Integer.MAX_VALUE);
    }
}
