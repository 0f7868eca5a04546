package dev.rankine.autograd;

import dev.rankine.tensor.Scope;
import dev.rankine.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A part of a graph whose results are made twice, so that they need no memory in between (Chen et al. 2016, "Training deep
 * nets with sublinear memory cost"): the forward pass keeps the part's inputs and its result only, the backward pass runs it
 * again and goes back through what it makes. As no operation draws numbers of its own and gradients are added in the
 * same order, the bits are those of a graph that is kept.
 */
public final class Recomputation {
    static final String NAME = "recompute";

    private final Function<Variable[], Variable> part;
    private final List<Variable> inputs;
    /** Memory from outside of the part that it reads: nobody may take it back until the part ran again. */
    private final List<Tensor> captured = new ArrayList<>();

    private Recomputation(Function<Variable[], Variable> part, List<Variable> inputs) {
        this.part = part;
        this.inputs = inputs;
    }

    /**
     * What {@code part} makes of its inputs. Parameters that it uses inside need not be among them; results of operations
     * that need a gradient must be, or their gradient is lost.
     */
    public static Variable recompute(Function<Variable[], Variable> part, Variable... inputs) {
        if (!GradientMode.enabled()) {
            return part.apply(inputs);
        }
        return new Recomputation(part, List.of(inputs)).first();
    }

    private Variable first() {
        try (Scope inner = Scope.inside()) {
            Variable y = part.apply(standIns());
            if (inner != null && inner.owns(y.data())) {
                inner.handOut(y.data());
            }
            if (!y.requiresGradient()) {
                return Variable.constant(y.data());
            }
            for (Variable made : BackwardPass.resultsBeforeInputs(y)) {
                Node node = made.node();
                if (node != null) {
                    capture(node.saved(), inner);
                    node.forget();
                }
            }
            return Variable.ofNode(y.data(), new Node(this, inputs));
        }
    }

    private Variable[] standIns() {
        return inputs.stream().map(Variable::standIn).toArray(Variable[]::new);
    }

    private void capture(Saved saved, @Nullable Scope inner) {
        for (Tensor tensor : saved.tensors()) {
            if (inner != null && inner.owns(tensor)) {
                tensor.storage().dropHold();
            } else {
                captured.add(tensor);
            }
        }
    }

    /** Runs the part again and sends the gradient {@code dY} of its result through it. */
    void backward(BackwardPass pass, Tensor dY) {
        try (Scope inner = Scope.inside()) {
            Variable[] standIns = standIns();
            Variable y = part.apply(standIns);
            for (int i = 0; i < standIns.length; i++) {
                pass.redirect(standIns[i], inputs.get(i));
            }
            pass.walk(y, dY);
            for (Variable input : inputs) {
                Tensor gradient = pass.pendingOf(input);
                if (inner != null && gradient != null) {
                    inner.handOut(gradient);
                }
            }
        }
        captured.stream()
                .filter(Tensor::isAlive)
                .forEach(tensor -> tensor.storage().releaseHold());
        captured.clear();
    }
}
