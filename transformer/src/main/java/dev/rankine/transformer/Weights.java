package dev.rankine.transformer;

import dev.rankine.tensor.Backend;
import dev.rankine.tensor.DType;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;

/**
 * Where the weights of a model come from: a checkpoint, or random numbers. Modules ask for each tensor by its Hugging
 * Face name while they are built, so that one constructor both loads and initialises.
 */
public interface Weights {
    Backend backend();

    /** What the model computes in: F32, or F64 to check gradients. */
    DType dtype();

    /**
     * The persistent tensor of this name.
     *
     * @param name full name, such as {@code model.encoder.layers.0.self_attn.q_proj.weight}
     * @param shape what the model needs; a checkpoint that holds another shape is refused with both named
     * @param start how a model without a checkpoint begins
     */
    Tensor take(String name, Shape shape, Start start);

    /**
     * A matrix that only products and look-ups read: they widen F16 and BF16 themselves, so it may come in the type that
     * a checkpoint holds.
     */
    default Tensor takeMatrix(String name, Shape shape, Start start) {
        return take(name, shape, start);
    }

    /** How a new weight begins. */
    sealed interface Start {
        /** All elements alike: 0 for biases, 1 for the gains of layer norm. */
        record Constant(double value) implements Start {}

        /** Normal with mean 0. */
        record Normal(double deviation) implements Start {}
    }
}
