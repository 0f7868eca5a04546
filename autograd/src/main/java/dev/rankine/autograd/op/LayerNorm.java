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
 * Layer norm over the last axis of x[..., C] (Ba et al. 2016): y = n gamma + beta with n = (x - mean) rstd and rstd =
 * (variance + epsilon)^(-1/2), the variance being the mean square deviation. With g = dY gamma: dX = rstd (g - mean(g) -
 * n mean(g n)), dGamma = sum_rows(dY n), dBeta = sum_rows(dY).
 */
public record LayerNorm(double epsilon) implements Operation {
    public static final OpSpec SPEC = OpSpec.of(
                    "layerNorm",
                    "(x - mean) / (variance + epsilon)^(1/2) gamma + beta",
                    in -> layerNorm(in[0], in[1], in[2], 1e-5))
            .on(of(2, 5), of(5), of(5))
            .on(of(5, 1, 7), of(7), of(7))
            .on(of(4), of(4), of(4))
            .on(of(3, 1), of(1), of(1))
            .on(of(0, 3), of(3), of(3))
            .within(5e-5);

    public LayerNorm {
        if (!(epsilon > 0)) {
            throw new IllegalArgumentException("layerNorm: epsilon must be positive, got " + epsilon);
        }
    }

    /**
     * @param x [..., C], C at least 1
     * @param gamma [C]
     * @param beta [C]
     */
    public static Variable layerNorm(Variable x, Variable gamma, Variable beta, double epsilon) {
        return Operation.apply(new LayerNorm(epsilon), x, gamma, beta);
    }

    @Override
    public String name() {
        return "layerNorm";
    }

    @Override
    public Tensor forward(Saved saved, Tensor... in) {
        Tensor x = in[0];
        if (x.shape().rank() == 0 || x.shape().dim(-1) == 0) {
            throw ShapeMismatch.in("layerNorm", "the last axis has no elements", x.shape());
        }
        Shape channels = Shape.of(x.shape().dim(-1));
        ShapeMismatch.require("layerNorm", "gamma", channels, in[1].shape());
        ShapeMismatch.require("layerNorm", "beta", channels, in[2].shape());
        Tensor y = x.result("layerNorm", x.shape());
        Tensor mean = x.result("layerNorm", x.shape().with(-1, 1));
        Tensor rstd = x.result("layerNorm", x.shape().with(-1, 1));
        x.backend().layerNorm(x, in[1], in[2], epsilon, y, mean, rstd);
        saved.save(x, in[1], mean, rstd);
        return y;
    }

    @Override
    public @Nullable Tensor[] backward(Saved saved, Tensor dY) {
        Backend backend = dY.backend();
        Tensor x = saved.get(0);
        Tensor gamma = saved.get(1);
        Tensor mean = saved.get(2);
        Tensor rstd = saved.get(3);
        @Nullable Tensor[] gradients = new @Nullable Tensor[3];
        if (saved.needs(0)) {
            Tensor dX = dY.result("layerNorm", x.shape());
            backend.layerNormBackward(x, gamma, mean, rstd, dY, dX);
            gradients[0] = dX;
        }
        if (saved.needs(1) || saved.needs(2)) {
            Tensor dGamma = dY.result("layerNorm", gamma.shape());
            Tensor dBeta = dY.result("layerNorm", gamma.shape());
            backend.layerNormParameters(x, mean, rstd, dY, dGamma, dBeta);
            gradients[1] = saved.needs(1) ? dGamma : null;
            gradients[2] = saved.needs(2) ? dBeta : null;
        }
        return gradients;
    }
}
