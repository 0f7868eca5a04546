package dev.rankine.lora;

import dev.rankine.autograd.Variable;
import dev.rankine.autograd.op.Linear;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.ShapeMismatch;
import dev.rankine.tensor.Tensor;
import dev.rankine.transformer.Activation;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Two narrow products with a function between them, U f(D h + b1) + b2: what the adapters of Houlsby et al. 2019 add to the
 * stream.
 *
 * @param down D [m, d]
 * @param downBias b1 [m]
 * @param up U [d, m]
 * @param upBias b2 [d]
 * @param activation f
 */
record Bottleneck(Variable down, Variable downBias, Variable up, Variable upBias, Activation activation) {
    static final String DOWN = ".down.weight";
    static final String DOWN_BIAS = ".down.bias";
    static final String UP = ".up.weight";
    static final String UP_BIAS = ".up.bias";

    /** D and U from a normal distribution, biases 0: for a small deviation nearly 0 everywhere. */
    static Bottleneck start(
            String path, int width, int bottleneck, Activation activation, double deviation, FreshWeights fresh) {
        return new Bottleneck(
                fresh.normal(path + DOWN, deviation, Shape.of(bottleneck, width)),
                fresh.zeros(path + DOWN_BIAS, Shape.of(bottleneck)),
                fresh.normal(path + UP, deviation, Shape.of(width, bottleneck)),
                fresh.zeros(path + UP_BIAS, Shape.of(width)),
                activation);
    }

    /**
     * Trained weights, frozen.
     *
     * @param weights by name, in a type that the model computes in
     * @throws IllegalArgumentException if one is missing or the shapes do not fit
     */
    static Bottleneck trained(String path, int width, Activation activation, Map<String, Tensor> weights) {
        Tensor down = required(weights, path + DOWN);
        int bottleneck = down.shape().dim(0);
        return new Bottleneck(
                frozen(path + DOWN, Shape.of(bottleneck, width), down),
                frozen(path + DOWN_BIAS, Shape.of(bottleneck), required(weights, path + DOWN_BIAS)),
                frozen(path + UP, Shape.of(width, bottleneck), required(weights, path + UP)),
                frozen(path + UP_BIAS, Shape.of(width), required(weights, path + UP_BIAS)),
                activation);
    }

    private static Variable frozen(String name, Shape shape, Tensor weight) {
        ShapeMismatch.require("trained adapter", name, shape, weight.shape());
        return Variable.constant(weight);
    }

    private static Tensor required(Map<String, Tensor> weights, String name) {
        Tensor weight = weights.get(name);
        if (weight == null) {
            throw new IllegalArgumentException("a trained adapter has no '" + name + "': is it for another model?");
        }
        return weight;
    }

    /** For h[B, T, d]: [B, T, d]. */
    Variable of(Variable h) {
        Variable narrow = activation.apply(Linear.linear(h, down, downBias));
        return Linear.linear(narrow, up, upBias);
    }

    /** The weights by name. */
    Map<String, Variable> parameters(String path) {
        Map<String, Variable> parameters = new LinkedHashMap<>();
        parameters.put(path + DOWN, down);
        parameters.put(path + DOWN_BIAS, downBias);
        parameters.put(path + UP, up);
        parameters.put(path + UP_BIAS, upBias);
        return parameters;
    }
}
