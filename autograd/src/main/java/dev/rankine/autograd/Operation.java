package dev.rankine.autograd;

import dev.rankine.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A differentiable function of tensors: one file each, forward and backward side by side, settings as fields.
 *
 * <p>An implementation checks shapes at the start of {@code forward}, saves there what {@code backward} will read, and
 * never touches {@link Variable}. {@link #apply} is the only place that builds the graph.
 */
public interface Operation {
    /** The name in errors, such as {@code matmul}. */
    String name();

    /** The result for these inputs; what the gradient needs goes into {@code saved}. */
    Tensor forward(Saved saved, Tensor... inputs);

    /**
     * The gradients of the inputs, in their order, for the gradient {@code dY} of the result. An entry may be null where
     * {@link Saved#needs} is false (nothing trainable lies behind that input: do not compute it) or where the gradient
     * is zero everywhere.
     */
    @Nullable
    Tensor[] backward(Saved saved, Tensor dY);

    /** Runs an operation and, unless gradients are off or no input needs one, remembers how to go back. */
    static Variable apply(Operation operation, Variable... inputs) {
        Tensor[] data = new Tensor[inputs.length];
        boolean[] needs = new boolean[inputs.length];
        boolean tracked = false;
        for (int i = 0; i < inputs.length; i++) {
            data[i] = inputs[i].data().checkAlive(operation.name());
            needs[i] = GradientMode.enabled() && inputs[i].requiresGradient();
            tracked |= needs[i];
        }
        Saved saved = new Saved(operation.name(), needs);
        Tensor y = operation.forward(saved, data);
        Variable result = tracked
                ? Variable.ofNode(y, new Node(operation, saved, List.copyOf(Arrays.asList(inputs))))
                : Variable.constant(y);
        Observation.Observer observer = Observation.observer();
        if (observer != null) {
            observer.forward(operation.name(), List.of(inputs), result);
        }
        return result;
    }
}
