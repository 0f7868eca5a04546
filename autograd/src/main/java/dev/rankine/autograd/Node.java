package dev.rankine.autograd;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** How a variable was made: the operation, what it saved, and its inputs. Spent by the backward pass. */
final class Node {
    private final @Nullable Operation operation;
    private final @Nullable Recomputation recomputation;
    private final Saved saved;
    private List<Variable> inputs;
    private boolean spent;

    Node(Operation operation, Saved saved, List<Variable> inputs) {
        this.operation = operation;
        this.recomputation = null;
        this.saved = saved;
        this.inputs = inputs;
    }

    /** A part of the graph that the backward pass makes again: it saves nothing. */
    Node(Recomputation recomputation, List<Variable> inputs) {
        this.operation = null;
        this.recomputation = recomputation;
        this.saved = new Saved(Recomputation.NAME, new boolean[inputs.size()]);
        this.inputs = inputs;
    }

    /** What made the variable, unless it is a {@link #recomputation}. */
    Operation operation() {
        return Objects.requireNonNull(operation);
    }

    /** The part that made the variable; null if a single operation did. */
    @Nullable
    Recomputation recomputation() {
        return recomputation;
    }

    Saved saved() {
        return saved;
    }

    List<Variable> inputs() {
        if (spent) {
            throw new IllegalStateException(
                    "backward: the graph behind '" + (operation == null ? Recomputation.NAME : operation.name())
                            + "' was already used by an earlier backward pass, which freed what it had saved; run the forward pass again");
        }
        return inputs;
    }

    void spend() {
        saved.release();
        forget();
    }

    /** Leaves what was saved as it is. */
    void forget() {
        inputs = List.of();
        spent = true;
    }
}
