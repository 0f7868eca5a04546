package dev.rankine.autograd;

import dev.rankine.tensor.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** While it is open, an observer sees every operation that this thread makes, forward and backward. */
public final class Observation implements AutoCloseable {
    private static final ThreadLocal<@Nullable Observer> CURRENT = new ThreadLocal<>();

    private final @Nullable Observer before = CURRENT.get();

    private Observation(Observer observer) {
        CURRENT.set(observer);
    }

    /** What is told of operations. It may read tensors on the host and must not change them. */
    public interface Observer {
        /** After a forward pass through one operation. */
        void forward(String operation, List<Variable> inputs, Variable result);

        /**
         * After a backward pass through one operation.
         *
         * @param result of its forward pass
         * @param gradients of its inputs, null where none is wanted
         */
        void backward(String operation, Variable result, List<@Nullable Tensor> gradients);
    }

    public static Observation by(Observer observer) {
        return new Observation(observer);
    }

    static @Nullable Observer observer() {
        return CURRENT.get();
    }

    @Override
    public void close() {
        if (before == null) {
            CURRENT.remove();
        } else {
            CURRENT.set(before);
        }
    }
}
