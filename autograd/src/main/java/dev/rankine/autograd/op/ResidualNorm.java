package dev.rankine.autograd.op;

import static dev.rankine.tensor.Shape.of;

import dev.rankine.autograd.OpSpec;
import dev.rankine.autograd.Operation;
import dev.rankine.autograd.Saved;
import dev.rankine.autograd.Variable;
import dev.rankine.tensor.Backend;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.ShapeMismatch;
import dev.rankine.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * The end of a sublayer f in a post-norm transformer (Vaswani et al. 2017): y = layer norm(x + dropout(f)), in one pass over
 * memory. dX is the gradient of {@link LayerNorm} at the sum, dF = dropout(dX); dGamma and dBeta are those of the norm.
 */
public record ResidualNorm(double epsilon, Backend.@Nullable Dropout dropout) implements Operation {
    public static final OpSpec SPEC = OpSpec.of(
                    "residualNorm",
                    "layerNorm(x + dropout(f), gamma, beta)",
                    in -> residualNorm(in[0], in[1], in[2], in[3], 1e-5, Dropout.some(0.25, in[0])))
            .on(of(2, 5), of(2, 5), of(5), of(5))
            .on(of(5, 1, 7), of(5, 1, 7), of(7), of(7))
            .on(of(3, 1), of(3, 1), of(1), of(1))
            .on(of(0, 3), of(0, 3), of(3), of(3))
            .within(5e-5);

    public ResidualNorm {
        if (!(epsilon > 0)) {
            throw new IllegalArgumentException("residualNorm: epsilon must be positive, got " + epsilon);
        }
    }

    /**
     * @param x [B, ..., C], C at least 1
     * @param f of x's shape
     * @param gamma [C]
     * @param beta [C]
     * @param dropout of f, null for none
     */
    public static Variable residualNorm(
            Variable x, Variable f, Variable gamma, Variable beta, double epsilon, Backend.@Nullable Dropout dropout) {
        return Operation.apply(new ResidualNorm(epsilon, dropout), x, f, gamma, beta);
    }

    @Override
    public String name() {
        return "residualNorm";
    }

    @Override
    public Tensor forward(Saved saved, Tensor... in) {
        Tensor x = in[0];
        if (x.shape().rank() == 0 || x.shape().dim(-1) == 0) {
            throw ShapeMismatch.in(name(), "the last axis has no elements", x.shape());
        }
        Shape channels = Shape.of(x.shape().dim(-1));
        ShapeMismatch.require(name(), "f", x.shape(), in[1].shape());
        ShapeMismatch.require(name(), "gamma", channels, in[2].shape());
        ShapeMismatch.require(name(), "beta", channels, in[3].shape());
        if (dropout != null) {
            Dropout.check(name(), dropout, x.shape());
        }
        Tensor sum = x.result(name(), x.shape());
        Tensor y = x.result(name(), x.shape());
        Tensor mean = x.result(name(), x.shape().with(-1, 1));
        Tensor rstd = x.result(name(), x.shape().with(-1, 1));
        x.backend().residualNorm(x, in[1], dropout, in[2], in[3], epsilon, sum, y, mean, rstd);
        saved.save(sum, in[2], mean, rstd);
        return y;
    }

    @Override
    public @Nullable Tensor[] backward(Saved saved, Tensor dY) {
        Backend backend = dY.backend();
        Tensor sum = saved.get(0);
        Tensor gamma = saved.get(1);
        Tensor mean = saved.get(2);
        Tensor rstd = saved.get(3);
        @Nullable Tensor[] gradients = new @Nullable Tensor[4];
        if (saved.needs(0) || saved.needs(1)) {
            Tensor dX = dY.result(name(), sum.shape());
            Tensor dF = dX;
            if (dropout == null || !saved.needs(1)) {
                backend.layerNormBackward(sum, gamma, mean, rstd, dY, dX);
            } else {
                dF = dY.result(name(), sum.shape());
                backend.residualNormBackward(sum, dropout, gamma, mean, rstd, dY, dX, dF);
            }
            gradients[0] = saved.needs(0) ? dX : null;
            gradients[1] = saved.needs(1) ? dF : null;
        }
        if (saved.needs(2) || saved.needs(3)) {
            Tensor dGamma = dY.result(name(), gamma.shape());
            Tensor dBeta = dY.result(name(), gamma.shape());
            backend.layerNormParameters(sum, mean, rstd, dY, dGamma, dBeta);
            gradients[2] = saved.needs(2) ? dGamma : null;
            gradients[3] = saved.needs(3) ? dBeta : null;
        }
        return gradients;
    }
}
