package dev.rankine.transformer.train;

import dev.rankine.autograd.Variable;
import dev.rankine.autograd.optim.AdamW;
import dev.rankine.autograd.optim.Clipping;
import dev.rankine.autograd.optim.Optimizer;
import dev.rankine.autograd.optim.OptimizerGroup;
import dev.rankine.tensor.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The trained parameters of a run and the optimisers that move them, made from the controller's groups. */
final class Updates {
    private static final String PARAMETERS = "parameters.";
    private static final String OPTIMIZER = "optimizer.";

    private final Map<String, Variable> parameters = new LinkedHashMap<>();
    private final Set<String> clipped = new LinkedHashSet<>();
    /** Follows the run's schedule. */
    private final Optimizer scheduled;
    /** Its groups' factors are their rates. */
    private final Optimizer constant;

    Updates(List<ParameterGroup> groups) {
        List<OptimizerGroup> following = new ArrayList<>();
        List<OptimizerGroup> steady = new ArrayList<>();
        groups.forEach(this::register);
        if (parameters.isEmpty()) {
            throw new IllegalArgumentException("there is nothing to train: no parameter group has a parameter");
        }
        for (ParameterGroup group : groups) {
            switch (group.rate()) {
                case ParameterGroup.Rate.Scheduled(double factor) -> following.add(moving(group, factor));
                case ParameterGroup.Rate.Constant(double rate) -> steady.add(moving(group, rate));
            }
        }
        scheduled = new AdamW(AdamW.Settings.DEFAULT, following);
        constant = new AdamW(AdamW.Settings.DEFAULT, steady);
    }

    private static OptimizerGroup moving(ParameterGroup group, double factor) {
        return new OptimizerGroup(group.parameters(), factor, group.weightDecay(), group.ascent());
    }

    private void register(ParameterGroup group) {
        group.parameters().forEach((name, parameter) -> {
            if (!parameter.requiresGradient()) {
                throw new IllegalArgumentException("parameter '" + name + "' of group '" + group.name()
                        + "' is frozen: unfreeze it or leave it out of the group");
            }
            if (parameters.containsValue(parameter) || parameters.put(name, parameter) != null) {
                throw new IllegalArgumentException("parameter '" + name + "' of group '" + group.name()
                        + "' or its name occurs twice in the run's groups");
            }
            if (group.clip()) {
                clipped.add(name);
            }
        });
    }

    /** Every trained parameter by name. */
    Map<String, Variable> parameters() {
        return Collections.unmodifiableMap(parameters);
    }

    /** How many numbers there are in them. */
    long size() {
        return parameters.values().stream()
                .mapToLong(parameter -> parameter.shape().size())
                .sum();
    }

    void clearGradients() {
        parameters.values().forEach(Variable::clearGradient);
    }

    void clip(double largestNorm) {
        if (!clipped.isEmpty()) {
            Clipping.byGlobalNorm(clipped.stream().map(parameters::get).toList(), largestNorm);
        }
    }

    void step(double rate) {
        scheduled.step(rate);
        constant.step(1);
    }

    void replace(Controller.Replacement replacement) {
        String name = parameters.entrySet().stream()
                .filter(entry -> entry.getValue().equals(replacement.before()))
                .map(Map.Entry::getKey)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "shrink: " + replacement.before() + " is no parameter of the run's groups"));
        Optimizer owner = scheduled.parameters().contains(replacement.before()) ? scheduled : constant;
        owner.replace(replacement.before(), replacement.after(), replacement.cut());
        parameters.put(name, replacement.after());
    }

    /** The living tensors of parameters and optimisers by name. */
    Map<String, Tensor> state() {
        Map<String, Tensor> state = new LinkedHashMap<>();
        parameters.forEach((name, parameter) -> state.put(PARAMETERS + name, parameter.data()));
        scheduled.state().forEach((name, tensor) -> state.put(OPTIMIZER + name, tensor));
        constant.state().forEach((name, tensor) -> state.put(OPTIMIZER + name, tensor));
        return state;
    }

    /** Copies a {@link #state} in, whose names and shapes must be the same. */
    void restore(Map<String, Tensor> saved) {
        State.requireSameForm("parameters and optimiser", state(), saved);
        parameters.forEach((name, parameter) -> State.copy(saved, PARAMETERS + name, parameter.data()));
        restore(scheduled, saved);
        restore(constant, saved);
    }

    private static void restore(Optimizer optimizer, Map<String, Tensor> saved) {
        Map<String, Tensor> own = new LinkedHashMap<>();
        optimizer.state().keySet().forEach(name -> own.put(name, State.required(saved, OPTIMIZER + name)));
        optimizer.restore(own);
    }
}
