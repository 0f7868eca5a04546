package dev.rankine.lora;

import dev.rankine.autograd.Variable;
import dev.rankine.tensor.Backend;
import dev.rankine.tensor.DType;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import dev.rankine.transformer.Model;
import dev.rankine.transformer.RandomWeights;
import dev.rankine.transformer.Weights;

/** New parameters that live where a model lives. Each depends on the run's seed and its own name alone. */
record FreshWeights(Weights random) {
    static FreshWeights beside(Model model, long seed) {
        return new FreshWeights(new RandomWeights(backend(model), dtype(model), seed));
    }

    static Backend backend(Model model) {
        return first(model).backend();
    }

    /** What the model computes in. */
    static DType dtype(Model model) {
        DType stored = first(model).dtype();
        return stored.computes() ? stored : DType.F32;
    }

    private static Tensor first(Model model) {
        return model.weights().values().iterator().next().data();
    }

    /** From the normal distribution with mean 0. */
    Variable normal(String name, double deviation, Shape shape) {
        return Variable.parameter(random.take(name, shape, new Weights.Start.Normal(deviation)));
    }

    Variable zeros(String name, Shape shape) {
        return Variable.parameter(random.take(name, shape, new Weights.Start.Constant(0)));
    }
}
