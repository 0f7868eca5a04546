package dev.rankine.autograd;

import java.util.List;

/** How a variable was made: the operation, what it saved, and its inputs. Spent by the backward pass. */
final class Node {
    private final Operation operation;
    private final Saved saved;
    private List<Variable> inputs;
    private boolean spent;

    Node(Operation operation, Saved saved, List<Variable> inputs) {
        this.operation = operation;
        this.saved = saved;
        this.inputs = inputs;
    }

    Operation operation() {
        return operation;
    }

    Saved saved() {
        return saved;
    }

    List<Variable> inputs() {
        if (spent) {
            throw new IllegalStateException(
                    "backward: the graph behind '" + operation.name()
                            + "' was already used by an earlier backward pass, which freed what it had saved; run the forward pass again");
        }
        return inputs;
    }

    void spend() {
        saved.release();
        inputs = List.of();
        spent = true;
    }
}
