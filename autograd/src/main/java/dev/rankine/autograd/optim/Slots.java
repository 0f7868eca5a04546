package dev.rankine.autograd.optim;

import dev.rankine.autograd.Variable;
import dev.rankine.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;

/** The slots of all parameters of an optimiser: what {@link AdamW} and {@link Sgd} have in common. */
abstract sealed class Slots implements Optimizer permits AdamW, Sgd {
    private final List<Slot> slots = new ArrayList<>();
    private final StepNumbers numbers = new StepNumbers();

    Slots(List<OptimizerGroup> groups, List<String> memories) {
        Set<String> names = new LinkedHashSet<>();
        for (OptimizerGroup group : groups) {
            group.parameters().forEach((name, parameter) -> {
                if (!names.add(name)) {
                    throw new IllegalArgumentException("two parameters are named '" + name + "'");
                }
                slots.add(new Slot(name, parameter, group, memories));
            });
        }
    }

    @Override
    public final void step(double rate) {
        if (!(rate >= 0 && rate < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("the rate must be at least 0 and finite, got " + rate);
        }
        List<Due> due = new ArrayList<>();
        for (Slot slot : slots) {
            Tensor gradient = slot.parameter().gradient();
            if (gradient != null) {
                Tensor weight = slot.parameter().data().forWriting("step");
                due.add(new Due(slot, weight, gradient, slot.settings().signedRate(rate)));
            }
        }
        if (!due.isEmpty()) {
            numbers.nextStep();
            step(due, numbers);
        }
    }

    /** A parameter that moves in this step. */
    record Due(Slot slot, Tensor weight, Tensor gradient, double rate) {}

    abstract void step(List<Due> due, StepNumbers numbers);

    @Override
    public final void clearGradients() {
        slots.forEach(slot -> slot.parameter().clearGradient());
    }

    @Override
    public final List<Variable> parameters() {
        return slots.stream().map(Slot::parameter).toList();
    }

    @Override
    public final void replace(Variable old, Variable kept, UnaryOperator<Tensor> select) {
        for (Slot slot : slots) {
            if (slot.parameter() == old) {
                slot.replace(kept, select);
                return;
            }
        }
        throw new IllegalArgumentException("replace: " + old + " is not a parameter of this optimiser");
    }

    @Override
    public final Map<String, Tensor> state() {
        Map<String, Tensor> state = new LinkedHashMap<>();
        slots.forEach(slot -> state.putAll(slot.state()));
        return state;
    }

    @Override
    public final void restore(Map<String, Tensor> saved) {
        slots.forEach(slot -> slot.check(saved));
        Set<String> unknown = new LinkedHashSet<>(saved.keySet());
        unknown.removeAll(state().keySet());
        if (!unknown.isEmpty()) {
            throw new IllegalArgumentException("restore: no parameter here has " + unknown);
        }
        slots.forEach(slot -> slot.restore(saved));
    }
}
