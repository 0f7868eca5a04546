package dev.rankine.lora;

import dev.rankine.transformer.train.Controller;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;

/** A model with the adapters of a method on its sites and the controller that trains them. */
public final class AdaptedModel {
    private final Method method;
    private final List<Adapter> adapters;
    private final Controller controller;
    private final long trainableParameters;

    /** Attaches the adapters; if a site is taken, those attached so far leave again. */
    AdaptedModel(Method method, List<? extends Adapter> adapters, Controller controller) {
        this.method = method;
        this.adapters = List.copyOf(adapters);
        this.controller = controller;
        this.trainableParameters = countParameters();
        try {
            this.adapters.forEach(Adapter::attach);
        } catch (RuntimeException taken) {
            detach();
            throw taken;
        }
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

    /** Numbers in the adapters' parameters when they were attached, without gates and multipliers. */
    public long trainableParameters() {
        return trainableParameters;
    }

    /** Numbers in them now. */
    public long retainedParameters() {
        return countParameters();
    }

    private long countParameters() {
        return adapters.stream()
                .flatMap(adapter -> adapter.parameters().values().stream())
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

    /** Ranks and densities as they are now. */
    public Retained retained() {
        return Retained.of(adapters.stream()
                .filter(Ranked.class::isInstance)
                .map(Ranked.class::cast)
                .toList());
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

    /** Takes every adapter off; the model computes as it did before. */
    public void detach() {
        adapters.forEach(Adapter::detach);
    }
}
