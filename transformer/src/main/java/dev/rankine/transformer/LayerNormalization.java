package dev.rankine.transformer;

import dev.rankine.autograd.Variable;
import dev.rankine.autograd.op.LayerNorm;
import dev.rankine.autograd.op.ResidualNorm;
import dev.rankine.tensor.Backend;
import dev.rankine.tensor.Shape;
import org.jspecify.annotations.Nullable;

/** Layer norm over the last axis of x[..., C] with a gain and a bias of its own. */
public final class LayerNormalization extends Normalization {
    private final Variable gamma;
    private final Variable beta;
    private final double epsilon;

    public LayerNormalization(String path, TransformerSettings settings, Weights weights) {
        super(path);
        int width = settings.width();
        epsilon = settings.form().normEpsilon();
        gamma = weight(weights, "weight", Shape.of(width), new Weights.Start.Constant(1));
        beta = weight(weights, "bias", Shape.of(width), new Weights.Start.Constant(0));
    }

    @Override
    public Variable apply(Variable x) {
        return LayerNorm.layerNorm(x, gamma, beta, epsilon);
    }

    @Override
    public Variable ofSum(Variable x, Variable f, Backend.@Nullable Dropout dropout) {
        return ResidualNorm.residualNorm(x, f, gamma, beta, epsilon, dropout);
    }
}
