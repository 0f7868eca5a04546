package dev.rankine.transformer;

import dev.rankine.autograd.Variable;
import dev.rankine.autograd.op.LayerNorm;
import dev.rankine.tensor.Shape;

/** Layer norm over the last axis of x[..., C] with a gain and a bias of its own. */
public final class LayerNormalization extends Module {
    private static final double EPSILON = 1e-5;

    private final Variable gamma;
    private final Variable beta;

    public LayerNormalization(String path, int width, Weights weights) {
        super(path);
        gamma = weight(weights, "weight", Shape.of(width), new Weights.Start.Constant(1));
        beta = weight(weights, "bias", Shape.of(width), new Weights.Start.Constant(0));
    }

    public Variable apply(Variable x) {
        return LayerNorm.layerNorm(x, gamma, beta, EPSILON);
    }
}
