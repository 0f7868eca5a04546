package dev.rankine.autograd.optim;

import dev.rankine.autograd.Variable;
import dev.rankine.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** Changes parameters by their gradients and remembers what it needs between steps. */
public interface Optimizer {
    /**
     * One step. Parameters whose {@link Variable#gradient()} is null stay as they are, and so does what is remembered of
     * them.
     *
     * @param rate of this step, at least 0, before the groups' factors
     */
    void step(double rate);

    /** Forgets the gradients of all parameters. */
    void clearGradients();

    /** The parameters, in the order of the groups. */
    List<Variable> parameters();

    /**
     * Puts a smaller parameter in the place of another and keeps of what is remembered only what belongs to it.
     *
     * @param select what keeps the rows or columns: applied to tensors of the old parameter's shape, it must give tensors
     *     of the new one's
     */
    void replace(Variable old, Variable kept, UnaryOperator<Tensor> select);

    /** What is remembered, by name. The tensors are the living ones, not copies. */
    Map<String, Tensor> state();

    /**
     * Copies a {@link #state()} in.
     *
     * @throws IllegalArgumentException if a name is missing or unknown, or a shape differs; nothing was changed then
     */
    void restore(Map<String, Tensor> state);
}
