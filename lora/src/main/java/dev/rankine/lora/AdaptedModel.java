package dev.rankine.lora;

import dev.rankine.autograd.Variable;
import dev.rankine.tensor.ShapeMismatch;
import dev.rankine.tensor.Tensor;
import dev.rankine.transformer.train.Controller;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * A model with the adapters of a method on its sites and the controller that trains them. Full fine-tuning has no adapters:
 * it trains the model's weights.
 */
public final class AdaptedModel {
    private final Method method;
    private final List<Adapter> adapters;
    private final Controller controller;
    private final Map<String, Variable> weights;
    private final Map<String, Tensor> before = new LinkedHashMap<>();
    private final long trainableParameters;

    /** Attaches the adapters; if a site is taken, those attached so far leave again. */
    AdaptedModel(Method method, List<? extends Adapter> adapters, Controller controller) {
        this.method = method;
        this.adapters = List.copyOf(adapters);
        this.controller = controller;
        this.weights = Map.of();
        this.trainableParameters = countParameters();
        try {
            this.adapters.forEach(Adapter::attach);
        } catch (RuntimeException taken) {
            detach();
            throw taken;
        }
    }

    /** Trains weights themselves and keeps a copy of them. */
    AdaptedModel(Method method, Map<String, Variable> weights, Controller controller) {
        this.method = method;
        this.adapters = List.of();
        this.controller = controller;
        this.weights = Collections.unmodifiableMap(new LinkedHashMap<>(weights));
        weights.forEach((name, weight) ->
                before.put(name, weight.data().clone(weight.data().dtype())));
        this.trainableParameters = countParameters();
    }

    /** Attaches adapters to be trained as they are. */
    public static AdaptedModel training(Method method, List<? extends Adapter> adapters, Method.Run run) {
        return new AdaptedModel(method, adapters, PlainController.of(adapters, run.weightDecay()));
    }

    public Method method() {
        return method;
    }

    /** In the model's order. */
    public List<Adapter> adapters() {
        return adapters;
    }

    /** Give it to the Trainer. */
    public Controller controller() {
        return controller;
    }

    /** What is trained by its full name, without gates and multipliers: the adapters' parameters, or the model's weights. */
    public Map<String, Variable> parameters() {
        Map<String, Variable> parameters = new LinkedHashMap<>(weights);
        adapters.forEach(adapter -> parameters.putAll(adapter.parameters()));
        return parameters;
    }

    /** What else the function of the adapters depends on, by its full name. */
    public Map<String, Tensor> state() {
        Map<String, Tensor> state = new LinkedHashMap<>();
        adapters.forEach(adapter -> state.putAll(adapter.state()));
        return state;
    }

    /** Numbers in the {@link #parameters} when they were attached. */
    public long trainableParameters() {
        return trainableParameters;
    }

    /** Numbers in them now. */
    public long retainedParameters() {
        return countParameters();
    }

    private long countParameters() {
        return parameters().values().stream()
                .mapToLong(parameter -> parameter.shape().size())
                .sum();
    }

    /** The adapters that are low-rank products. */
    public List<LowRank> lowRank() {
        return adapters.stream()
                .filter(LowRank.class::isInstance)
                .map(LowRank.class::cast)
                .toList();
    }

    /** The adapters that are made of triplets. */
    public List<Ranked> ranked() {
        return adapters.stream()
                .filter(Ranked.class::isInstance)
                .map(Ranked.class::cast)
                .toList();
    }

    /** Ranks and densities as they are now. */
    public Retained retained() {
        return Retained.of(ranked());
    }

    /**
     * Lets training begin from trained factors instead of the usual start.
     *
     * @param factors one for every adapter, of its rank
     * @throws IllegalArgumentException if paths or shapes differ
     */
    public void startFrom(List<PlainFactors> factors) {
        Map<String, PlainFactors> byPath =
                factors.stream().collect(Collectors.toMap(PlainFactors::path, Function.identity()));
        List<String> own = adapters.stream().map(Adapter::path).sorted().toList();
        List<String> given = byPath.keySet().stream().sorted().toList();
        if (!own.equals(given)) {
            throw new IllegalArgumentException(
                    "the adapter to start from is for the modules " + given + ", this one for " + own);
        }
        for (Adapter adapter : adapters) {
            if (!(adapter instanceof LowRank module)) {
                throw new IllegalArgumentException(adapter + " cannot start from low-rank factors");
            }
            module.startFrom(Objects.requireNonNull(byPath.get(adapter.path())));
        }
    }

    /** This with trained values in the adapters; they leave the model if the values do not fit. */
    AdaptedModel filled(Map<String, Tensor> trained) {
        try {
            Map<String, Tensor> own = state();
            parameters().forEach((name, parameter) -> own.put(name, parameter.data()));
            if (!own.keySet().equals(trained.keySet())) {
                throw new IllegalArgumentException(method.name() + ": missing "
                        + without(own.keySet(), trained.keySet()) + ", unknown "
                        + without(trained.keySet(), own.keySet()));
            }
            own.forEach((name, tensor) -> ShapeMismatch.require(
                    method.name(),
                    name,
                    tensor.shape(),
                    Objects.requireNonNull(trained.get(name)).shape()));
            own.forEach((name, tensor) ->
                    tensor.backend().copy(Objects.requireNonNull(trained.get(name)), tensor.forWriting("load")));
        } catch (RuntimeException unfit) {
            detach();
            throw unfit;
        }
        return this;
    }

    private static Set<String> without(Set<String> names, Set<String> others) {
        Set<String> left = new TreeSet<>(names);
        left.removeAll(others);
        return left;
    }

    /** Takes every adapter off, or gives the weights their old values back: the model computes as it did before. */
    public void detach() {
        adapters.forEach(Adapter::detach);
        weights.forEach((name, weight) -> {
            weight.requiresGradient(false);
            Tensor old = Objects.requireNonNull(before.get(name));
            old.backend().copy(old, weight.data().forWriting("detach"));
        });
    }
}
