package dev.rankine.autograd;

import dev.rankine.tensor.ShapeMismatch;
import dev.rankine.tensor.Tensor;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reverse-mode differentiation: walks the graph from the result to the leaves in reverse topological order, hands each
 * operation the summed gradient of its result, and frees what was saved as soon as its last reader is done.
 */
final class BackwardPass {
    private final Map<Variable, Tensor> pending = new IdentityHashMap<>();
    /** Stand-ins of parts that are made again, and what they stand for. */
    private final Map<Variable, Variable> redirected = new IdentityHashMap<>();

    private BackwardPass() {}

    static void run(Variable root, Tensor dRoot) {
        if (!root.requiresGradient()) {
            throw new IllegalStateException("backward: nothing behind " + root
                    + " needs a gradient; is every parameter frozen, or are gradients off?");
        }
        ShapeMismatch.require("backward", "the gradient to start from", root.shape(), dRoot.shape());
        root.data().checkAlive("backward");
        // the caller will want to read its loss and to use its dRoot again: no operation's release may take them
        root.data().storage().hold();
        dRoot.storage().hold();
        try {
            new BackwardPass().walk(root, dRoot);
        } finally {
            root.data().storage().dropHold();
            dRoot.storage().dropHold();
        }
    }

    void redirect(Variable standIn, Variable outer) {
        redirected.put(standIn, outer);
    }

    @Nullable
    Tensor pendingOf(Variable variable) {
        return pending.get(target(variable));
    }

    void walk(Variable root, Tensor dRoot) {
        add(root, dRoot);
        for (Variable variable : resultsBeforeInputs(root)) {
            Tensor dY = pending.remove(variable);
            Node node = variable.node();
            if (node == null || dY == null) {
                continue;
            }
            distribute(variable, node, dY);
            node.spend();
            dY.storage().releaseHold();
        }
    }

    private void distribute(Variable variable, Node node, Tensor dY) {
        Recomputation again = node.recomputation();
        if (again != null) {
            again.backward(this, dY);
            return;
        }
        @Nullable Tensor[] gradients = node.operation().backward(node.saved(), dY);
        Observation.Observer observer = Observation.observer();
        if (observer != null) {
            observer.backward(node.operation().name(), variable, Arrays.asList(gradients));
        }
        List<Variable> inputs = node.inputs();
        if (gradients.length != inputs.size()) {
            throw new IllegalStateException(node.operation().name() + ": backward gave " + gradients.length
                    + " gradients for " + inputs.size() + " inputs");
        }
        for (int i = 0; i < gradients.length; i++) {
            Tensor gradient = gradients[i];
            if (gradient != null && node.saved().needs(i)) {
                ShapeMismatch.require(
                        node.operation().name() + " (backward)",
                        "the gradient of input " + i,
                        inputs.get(i).shape(),
                        gradient.shape());
                add(inputs.get(i), gradient);
            }
        }
    }

    /** What a variable stands for; a part within a part has stand-ins of stand-ins. */
    private Variable target(Variable variable) {
        Variable target = variable;
        for (Variable outer = variable; outer != null; outer = redirected.get(outer)) {
            target = outer;
        }
        return target;
    }

    /** Sums what several users of one variable send back. Never in place: an operation may pass dY on as it is. */
    private void add(Variable to, Tensor gradient) {
        Variable variable = target(to);
        if (variable.isLeaf()) {
            gradient.storage().hold();
            variable.accumulate(gradient);
            gradient.storage().releaseHold();
            return;
        }
        gradient.storage().hold();
        Tensor before = pending.put(variable, gradient);
        if (before != null) {
            Tensor sum = before.plus(gradient);
            sum.storage().hold();
            pending.put(variable, sum);
            before.storage().releaseHold();
            gradient.storage().releaseHold();
        }
    }

    /** Every tracked variable behind the root, each before the inputs that it was made from. Without recursion. */
    static List<Variable> resultsBeforeInputs(Variable root) {
        List<Variable> finished = new ArrayList<>();
        Set<Variable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        Deque<Visit> path = new ArrayDeque<>();
        path.push(new Visit(root));
        seen.add(root);
        while (!path.isEmpty()) {
            Visit top = path.peek();
            Variable next = top.nextInput();
            if (next == null) {
                finished.add(path.pop().variable);
            } else if (next.requiresGradient() && seen.add(next)) {
                path.push(new Visit(next));
            }
        }
        return finished.reversed();
    }

    private static final class Visit {
        private final Variable variable;
        private int next;

        Visit(Variable variable) {
            this.variable = variable;
        }

        @Nullable
        Variable nextInput() {
            Node node = variable.node();
            return node == null || next == node.inputs().size()
                    ? null
                    : node.inputs().get(next++);
        }
    }
}
