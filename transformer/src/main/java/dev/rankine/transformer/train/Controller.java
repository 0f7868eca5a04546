package dev.rankine.transformer.train;

import dev.rankine.autograd.Variable;
import dev.rankine.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * What decides over ranks while a model trains. The {@link Trainer} calls it at every step, so nobody can forget to; it
 * works with tensor operations and reads scores on the host only when it allocates.
 *
 * <p>The order of a step: {@link #beforeStep}; forward and backward of each micro-batch; backward of
 * {@link #regularizer}; {@link #afterBackward}; clipping; the optimisers' step; {@link #afterStep}; {@link #shrink}.
 */
public interface Controller {
    /** What to train and how, under the same names in every run. Asked once, before the first step. */
    List<ParameterGroup> parameterGroups();

    /** Sets the phase and draws gates. */
    default void beforeStep(Clock clock) {}

    /**
     * Leaves beside the groups' parameters to which the passes of this step send gradients, such as drawn gates, by name: workers add
     * those up as well, and they must be finite.
     */
    default Map<String, Variable> leaves() {
        return Map.of();
    }

    /** What is added to the mean task loss: one element, null for nothing. Logged apart from the task loss. */
    default @Nullable Variable regularizer(Clock clock) {
        return null;
    }

    /** Sees the gradients of the whole batch, not yet clipped. */
    default void afterBackward(Clock clock) {}

    /** Sees the new weights, with the clipped gradients still alive. */
    default void afterStep(Clock clock) {}

    /** Parameters that became smaller: pruned triplets leave them and their optimiser state. Usually none. */
    default List<Replacement> shrink(Clock clock) {
        return List.of();
    }

    /**
     * A parameter and the smaller one that takes its place.
     *
     * @param cut gives the kept part, in the new shape, of a tensor of the old parameter's shape (its moments)
     */
    record Replacement(Variable before, Variable after, UnaryOperator<Tensor> cut) {}

    /** Numbers worth a line in the log at this step, such as density and multiplier, by name. Reads the host. */
    default Map<String, Double> report() {
        return Map.of();
    }

    /** Everything that a resumed run needs beside weights and optimiser state, as tensors by name. */
    default Map<String, Tensor> state() {
        return Map.of();
    }

    /**
     * Takes back what {@link #state} gave, in a run that goes on. Called before {@link #parameterGroups}, which then has
     * the parameters in the shapes they had; their content comes with the optimisers' state.
     */
    default void restore(Map<String, Tensor> state) {}

    /**
     * Called after the last step.
     *
     * @throws IllegalStateException if the controller saw no step
     */
    default void finish() {}
}
