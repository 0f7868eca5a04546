package dev.rankine.transformer;

import dev.rankine.autograd.Variable;
import dev.rankine.autograd.op.RmsNorm;
import dev.rankine.tensor.Shape;

/** The norm by the root mean square over the last axis of x[..., C], with a gain of its own. */
public final class RmsNormalization extends Normalization {
    private final Variable gamma;
    private final double epsilon;

    public RmsNormalization(String path, TransformerSettings settings, Weights weights) {
        super(path);
        epsilon = settings.form().normEpsilon();
        gamma = weight(weights, "weight", Shape.of(settings.width()), new Weights.Start.Constant(1));
    }

    @Override
    public Variable apply(Variable x) {
        return RmsNorm.rmsNorm(x, gamma, epsilon);
    }
}
