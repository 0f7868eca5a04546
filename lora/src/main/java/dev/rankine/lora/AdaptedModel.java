package dev.rankine.lora;

import dev.rankine.autograd.Variable;
import dev.rankine.tensor.ShapeMismatch;
import dev.rankine.tensor.Tensor;
import dev.rankine.transformer.Model;
import dev.rankine.transformer.train.Controller;
import dev.rankine.transformer.train.WeightTraining;
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
 * it trains the model's weights; and a new head is trained whole beside the adapters, see {@link #trainingModules}.
 */
public final class AdaptedModel {
    private final Method method;
    private final List<Adapter> adapters;
    private final Controller controller;
    private final TrainedWeights weights;
    private final long trainableParameters;

    /** Attaches the adapters; if a site is taken, those attached so far leave again. */
    AdaptedModel(Method method, List<? extends Adapter> adapters, Controller controller) {
        this(method, adapters, TrainedWeights.none(), controller);
        attach();
    }

    /** Trains weights themselves and keeps a copy of them. */
    AdaptedModel(Method method, Map<String, Variable> weights, Controller controller) {
        this(method, List.of(), TrainedWeights.of(weights), controller);
    }

    private AdaptedModel(
            Method method, List<? extends Adapter> adapters, TrainedWeights weights, Controller controller) {
        this.method = method;
        this.adapters = List.copyOf(adapters);
        this.weights = weights;
        this.controller = controller;
        this.trainableParameters = countParameters();
    }

    /** Attaches adapters to be trained as they are. */
    public static AdaptedModel training(Method method, List<? extends Adapter> adapters, Method.Run run) {
        return new AdaptedModel(method, adapters, PlainController.of(adapters, run.weightDecay()));
    }

    /**
     * This with whole modules of the model that train beside the adapters, at the run's rate: a new head. Use it in place
     * of the one that it is made from.
     *
     * @param modules as in {@link Targets#matches}, such as {@code classifier}
     * @param weightDecay decoupled, of their matrices
     * @throws IllegalArgumentException if a name stands for no module that has weights, or an adapter sits inside of one
     */
    public AdaptedModel trainingModules(Model model, List<String> modules, double weightDecay) {
        TrainedWeights whole = TrainedWeights.of(model, modules);
        for (Adapter adapter : adapters) {
            if (whole.weights().containsKey(adapter.path() + ".weight")) {
                throw new IllegalArgumentException(adapter + " sits in a module that is trained whole (" + modules
                        + "): leave it out of the targets");
            }
        }
        Controller both =
                new BesideTraining(controller, new WeightTraining(whole.weights(), weightDecay).parameterGroups());
        return new AdaptedModel(method, adapters, whole, both);
    }

    /**
     * The same with trained content for the modules.
     *
     * @param content of every weight of theirs, by full name
     * @throws IllegalArgumentException likewise, or if names or shapes are others; the adapters leave the model then
     */
    public AdaptedModel trainingModules(
            Model model, List<String> modules, double weightDecay, Map<String, Tensor> content) {
        try {
            AdaptedModel adapted = trainingModules(model, modules, weightDecay);
            fill("modules " + modules, data(adapted.weights.weights()), content);
            return adapted;
        } catch (RuntimeException unfit) {
            detach();
            throw unfit;
        }
    }

    public Method method() {
        return method;
    }

    /** The modules that are trained whole beside the adapters. */
    public List<String> trainedModules() {
        return weights.modules();
    }

    /** The weights of these modules by full name; of full fine-tuning all of the model. */
    public Map<String, Variable> trainedWeights() {
        return weights.weights();
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
        Map<String, Variable> parameters = new LinkedHashMap<>(weights.weights());
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
     * @param factors of some of the adapters, of their rank or a lower one; the others, such as those of modules that a method
     *     left nothing of, begin as usual
     * @return how many adapters have factors
     * @throws IllegalArgumentException if paths or shapes do not fit
     */
    public int startFrom(List<PlainFactors> factors) {
        Map<String, Adapter> byPath = adapters.stream().collect(Collectors.toMap(Adapter::path, Function.identity()));
        List<String> foreign = factors.stream()
                .map(PlainFactors::path)
                .filter(path -> !byPath.containsKey(path))
                .sorted()
                .toList();
        if (!foreign.isEmpty()) {
            throw new IllegalArgumentException("the adapter to start from is also for the modules " + foreign
                    + ", this one for " + byPath.keySet().stream().sorted().toList());
        }
        for (PlainFactors given : factors) {
            Adapter adapter = Objects.requireNonNull(byPath.get(given.path()));
            if (!(adapter instanceof LowRank module)) {
                throw new IllegalArgumentException(adapter + " cannot start from low-rank factors");
            }
            module.startFrom(given);
        }
        return factors.size();
    }

    /** This with trained values in the adapters; they leave the model if the values do not fit. */
    AdaptedModel filled(Map<String, Tensor> trained) {
        try {
            Map<String, Tensor> own = state();
            own.putAll(data(parameters()));
            fill(method.name(), own, trained);
        } catch (RuntimeException unfit) {
            detach();
            throw unfit;
        }
        return this;
    }

    private static Map<String, Tensor> data(Map<String, Variable> variables) {
        Map<String, Tensor> data = new LinkedHashMap<>();
        variables.forEach((name, variable) -> data.put(name, variable.data()));
        return data;
    }

    private static void fill(String what, Map<String, Tensor> own, Map<String, Tensor> trained) {
        if (!own.keySet().equals(trained.keySet())) {
            throw new IllegalArgumentException(what + ": missing " + without(own.keySet(), trained.keySet())
                    + ", unknown " + without(trained.keySet(), own.keySet()));
        }
        own.forEach((name, tensor) -> ShapeMismatch.require(
                what,
                name,
                tensor.shape(),
                Objects.requireNonNull(trained.get(name)).shape()));
        own.forEach((name, tensor) ->
                tensor.backend().copy(Objects.requireNonNull(trained.get(name)), tensor.forWriting("load")));
    }

    private static Set<String> without(Set<String> names, Set<String> others) {
        Set<String> left = new TreeSet<>(names);
        left.removeAll(others);
        return left;
    }

    /**
     * Puts what {@link #detach} took off on the model again.
     *
     * @throws IllegalStateException if another adapter sits on a site; nothing is attached then
     */
    public void attach() {
        try {
            adapters.forEach(Adapter::attach);
        } catch (RuntimeException taken) {
            adapters.forEach(Adapter::detach);
            throw taken;
        }
        weights.attach();
    }

    /** Takes every adapter off and gives the weights their old values back: the model computes as it did before. */
    public void detach() {
        adapters.forEach(Adapter::detach);
        weights.detach();
    }
}
