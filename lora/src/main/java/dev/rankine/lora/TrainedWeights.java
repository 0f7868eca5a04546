package dev.rankine.lora;

import dev.rankine.autograd.Variable;
import dev.rankine.tensor.Tensor;
import dev.rankine.transformer.Model;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Weights of a model that are trained as they are, beside adapters or without any: a new head, or all of them. The model
 * holds the trained content while this is on it and its own while it is off; the other of the two lies here.
 */
final class TrainedWeights {
    private final List<String> modules;
    private final Map<String, Variable> weights;
    private final Map<String, Tensor> resting = new LinkedHashMap<>();
    private boolean attached = true;

    private TrainedWeights(List<String> modules, Map<String, Variable> weights) {
        this.modules = List.copyOf(modules);
        this.weights = Collections.unmodifiableMap(new LinkedHashMap<>(weights));
        weights.forEach((name, weight) ->
                resting.put(name, weight.data().clone(weight.data().dtype())));
    }

    static TrainedWeights none() {
        return new TrainedWeights(List.of(), Map.of());
    }

    /** Every weight that is given. */
    static TrainedWeights of(Map<String, Variable> weights) {
        return new TrainedWeights(List.of(), weights);
    }

    /**
     * The weights of whole modules, each named as in {@link Targets#matches}.
     *
     * @throws IllegalArgumentException if a name stands for no module that has weights
     */
    static TrainedWeights of(Model model, List<String> modules) {
        Map<String, Variable> chosen = new LinkedHashMap<>();
        for (String module : modules) {
            Map<String, Variable> inside = new LinkedHashMap<>(model.weights());
            inside.keySet().removeIf(weight -> !Targets.isInside(module, weight));
            if (inside.isEmpty()) {
                throw new IllegalArgumentException("the model has no module '" + module
                        + "' with weights that could be trained whole; it has the weights "
                        + String.join(", ", model.weights().keySet()));
            }
            chosen.putAll(inside);
        }
        return new TrainedWeights(modules, chosen);
    }

    /** What to call the modules, empty if weights were chosen one by one. */
    List<String> modules() {
        return modules;
    }

    /** By full name. */
    Map<String, Variable> weights() {
        return weights;
    }

    /** Gives the model the trained content and lets gradients in. */
    void attach() {
        if (!attached) {
            // first of all, since it gives mapped weights memory that can be written
            weights.values().forEach(weight -> weight.requiresGradient(true));
            swap();
            attached = true;
        }
    }

    /** Gives the model back its own content, frozen. */
    void detach() {
        if (attached) {
            swap();
            weights.values().forEach(weight -> weight.requiresGradient(false));
            attached = false;
        }
    }

    private void swap() {
        weights.forEach((name, weight) -> {
            Tensor here = Objects.requireNonNull(resting.get(name));
            Tensor there = weight.data().clone(here.dtype());
            here.backend().copy(here, weight.data().forWriting("switch"));
            here.backend().copy(there, here.forWriting("switch"));
        });
    }
}
