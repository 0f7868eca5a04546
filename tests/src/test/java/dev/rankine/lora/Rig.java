package dev.rankine.lora;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rankine.autograd.Variable;
import dev.rankine.autograd.optim.AdamW;
import dev.rankine.autograd.optim.Optimizer;
import dev.rankine.autograd.optim.OptimizerGroup;
import dev.rankine.tensor.Backend;
import dev.rankine.tensor.DType;
import dev.rankine.tensor.Draw;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import dev.rankine.transformer.train.Clock;
import dev.rankine.transformer.train.Controller;
import dev.rankine.transformer.train.ParameterGroup.Rate;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The order of a training step for models that are no transformers: AdamW for every group of a controller. */
final class Rig {
    private final Controller controller;
    private final Backend backend;
    private final long seed;
    private final long steps;
    private final double rate;
    private final Map<Optimizer, Double> optimizers = new LinkedHashMap<>();
    private long step;

    Rig(Controller controller, Backend backend, long seed, long steps, double rate) {
        this.controller = controller;
        this.backend = backend;
        this.seed = seed;
        this.steps = steps;
        this.rate = rate;
        for (var group : controller.parameterGroups()) {
            OptimizerGroup settings = new OptimizerGroup(group.parameters(), 1, group.weightDecay(), group.ascent());
            double constant = switch (group.rate()) {
                case Rate.Constant(double fixed) -> fixed;
                case Rate.Scheduled(double factor) -> factor * rate;
            };
            optimizers.put(new AdamW(AdamW.Settings.DEFAULT, List.of(settings)), constant);
        }
    }

    Clock clock() {
        Tensor numbers = Tensor.ofLongs(backend, Shape.of(2), seed, step);
        DType dtype = controller
                .parameterGroups()
                .getFirst()
                .parameters()
                .values()
                .iterator()
                .next()
                .data()
                .dtype();
        Tensor now = Tensor.scalar(backend, dtype, rate);
        return new Clock(step, steps, now, new Draw(numbers, 0, Tensor.ofLongs(backend, Shape.of(1), 0)));
    }

    long at() {
        return step;
    }

    /** One step on the sum of the micro-batches' losses; none stands for a run without a task. */
    @SafeVarargs
    final void step(Supplier<Variable>... losses) {
        update(losses);
        shrink();
    }

    /** A step but for its end. */
    @SafeVarargs
    final void update(Supplier<Variable>... losses) {
        optimizers.keySet().forEach(Optimizer::clearGradients);
        Clock clock = clock();
        controller.beforeStep(clock);
        for (Supplier<Variable> loss : losses) {
            loss.get().backward();
        }
        @Nullable Variable regularizer = controller.regularizer(clock);
        if (regularizer != null) {
            regularizer.backward();
        }
        controller.afterBackward(clock);
        optimizers.forEach(Optimizer::step);
        controller.afterStep(clock);
    }

    /** The end of a step: pruned triplets leave. */
    void shrink() {
        for (Controller.Replacement replacement : controller.shrink(clock())) {
            owner(replacement.before()).replace(replacement.before(), replacement.after(), replacement.cut());
        }
        step++;
    }

    private Optimizer owner(Variable parameter) {
        return optimizers.keySet().stream()
                .filter(optimizer -> optimizer.parameters().contains(parameter))
                .findFirst()
                .orElseThrow();
    }

    /** Copies of everything that a checkpoint holds: weights, what the optimisers remember, what the controller does. */
    Map<String, Tensor> checkpoint() {
        Map<String, Tensor> saved = new LinkedHashMap<>();
        weights().forEach((name, weight) -> saved.put("weight:" + name, copy(weight.data())));
        optimizers
                .keySet()
                .forEach(optimizer -> optimizer.state().forEach((n, t) -> saved.put("moment:" + n, copy(t))));
        controller.state().forEach((name, tensor) -> saved.put("controller:" + name, copy(tensor)));
        return saved;
    }

    /** Goes on behind a checkpoint; the controller is a new one. */
    static Rig resume(
            Controller controller,
            Backend backend,
            long seed,
            long steps,
            double rate,
            Map<String, Tensor> saved,
            long step) {
        controller.restore(part(saved, "controller:"));
        Rig rig = new Rig(controller, backend, seed, steps, rate);
        rig.weights().forEach((name, weight) -> {
            Tensor from = part(saved, "weight:").get(name);
            assertThat(weight.shape()).isEqualTo(from.shape());
            weight.data().write(from.toDoubles());
        });
        Map<String, Tensor> moments = part(saved, "moment:");
        for (Optimizer optimizer : rig.optimizers.keySet()) {
            Map<String, Tensor> own = new LinkedHashMap<>(moments);
            own.keySet().retainAll(optimizer.state().keySet());
            optimizer.restore(own);
        }
        rig.step = step;
        return rig;
    }

    private Map<String, Variable> weights() {
        Map<String, Variable> weights = new LinkedHashMap<>();
        controller.parameterGroups().forEach(group -> weights.putAll(group.parameters()));
        return weights;
    }

    private static Map<String, Tensor> part(Map<String, Tensor> saved, String prefix) {
        Map<String, Tensor> part = new LinkedHashMap<>();
        saved.forEach((name, tensor) -> {
            if (name.startsWith(prefix)) {
                part.put(name.substring(prefix.length()), tensor);
            }
        });
        return part;
    }

    private static Tensor copy(Tensor tensor) {
        return tensor.dtype() == DType.I64
                ? Tensor.ofLongs(tensor.backend(), tensor.shape(), tensor.toLongs())
                : tensor.clone(tensor.dtype());
    }
}
