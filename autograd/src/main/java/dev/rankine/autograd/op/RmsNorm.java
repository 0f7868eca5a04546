package dev.rankine.autograd.op;

import static dev.rankine.tensor.Shape.of;

import dev.rankine.autograd.OpSpec;
import dev.rankine.autograd.Operation;
import dev.rankine.autograd.Saved;
import dev.rankine.autograd.Variable;
import dev.rankine.tensor.Binary;
import dev.rankine.tensor.Reduction;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.ShapeMismatch;
import dev.rankine.tensor.Temporaries;
import dev.rankine.tensor.Tensor;
import dev.rankine.tensor.Unary;
import org.jspecify.annotations.Nullable;

/**
 * Norm by the root mean square over the last axis of x[..., C] (Zhang and Sennrich 2019): y = n gamma with n = x r and r
 * = (mean(x^2) + epsilon)^(-1/2). With g = dY gamma: dX = r (g - n mean(g n)), dGamma = sum_rows(dY n).
 */
public record RmsNorm(double epsilon) implements Operation {
    public static final OpSpec SPEC = OpSpec.of(
                    "rmsNorm", "x / (mean x^2 + epsilon)^(1/2) gamma", in -> rmsNorm(in[0], in[1], 1e-5))
            .on(of(2, 5), of(5))
            .on(of(5, 1, 7), of(7))
            .on(of(4), of(4))
            .on(of(3, 4), of(4))
            .on(of(0, 3), of(3))
            .within(5e-5);

    public RmsNorm {
        if (!(epsilon > 0)) {
            throw new IllegalArgumentException("rmsNorm: epsilon must be positive, got " + epsilon);
        }
    }

    /**
     * @param x [..., C], C at least 1
     * @param gamma [C]
     */
    public static Variable rmsNorm(Variable x, Variable gamma, double epsilon) {
        return Operation.apply(new RmsNorm(epsilon), x, gamma);
    }

    @Override
    public String name() {
        return "rmsNorm";
    }

    @Override
    public Tensor forward(Saved saved, Tensor... in) {
        Tensor x = in[0];
        if (x.shape().rank() == 0 || x.shape().dim(-1) == 0) {
            throw ShapeMismatch.in("rmsNorm", "the last axis has no elements", x.shape());
        }
        ShapeMismatch.require("rmsNorm", "gamma", Shape.of(x.shape().dim(-1)), in[1].shape());
        Tensor y = x.map(Unary.SQUARE);
        Tensor r = meanOfRows(y).affine(1, epsilon).map(Unary.SQUARE_ROOT).map(Unary.RECIPROCAL);
        saved.save(x, in[1], r);
        multiply(x, r, y);
        multiply(y, in[1], y);
        return y;
    }

    @Override
    public @Nullable Tensor[] backward(Saved saved, Tensor dY) {
        Tensor gamma = saved.get(1);
        Tensor r = saved.get(2);
        Tensor n = saved.get(0).times(r);
        @Nullable Tensor[] gradients = new @Nullable Tensor[2];
        gradients[1] = saved.needs(1) ? dY.times(n).sumTo(gamma.shape()) : null;
        if (saved.needs(0)) {
            Tensor dX = dY.times(gamma);
            Tensor gn = dX.times(n);
            multiply(n, meanOfRows(gn), n);
            dX.backend().zip(Binary.SUBTRACT, dX, n, dX);
            multiply(dX, r, dX);
            Temporaries.release(gn);
            gradients[0] = dX;
        }
        Temporaries.release(n);
        return gradients;
    }

    private static void multiply(Tensor a, Tensor b, Tensor out) {
        out.backend().zip(Binary.MULTIPLY, a, b.expand(out.shape()), out);
    }

    private static Tensor meanOfRows(Tensor x) {
        return x.reduce(Reduction.SUM, -1).affine(1.0 / x.shape().dim(-1), 0);
    }
}
