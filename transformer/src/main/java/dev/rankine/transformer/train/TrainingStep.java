package dev.rankine.transformer.train;

import dev.rankine.autograd.Variable;
import dev.rankine.tensor.Backend;
import dev.rankine.tensor.DType;
import dev.rankine.tensor.Draw;
import dev.rankine.tensor.Scope;
import dev.rankine.tensor.ScopePool;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.ShapeMismatch;
import dev.rankine.tensor.Tensor;
import dev.rankine.transformer.Pass;
import dev.rankine.transformer.data.Batch;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One step of training. Whatever changes between steps reaches the operations as tensors that are written before the
 * step's scope opens, so a device can record a step and replay it.
 */
final class TrainingStep<B extends Batch> {
    private static final String LOSSES = "losses";
    private static final String REGULARIZERS = "regularizers";

    private final TrainerSettings settings;
    private final Objective<B> objective;
    private final Controller controller;
    private final Updates updates;
    private final Workers workers;
    private final long steps;
    private final ScopePool memory;
    /** Seed and number of the step. */
    private final Tensor clock;
    /** 1 / (symbols of the step's whole batch). */
    private final Tensor share;
    /** The learning rate. */
    private final Tensor learningRate;
    /** The step's row of the loss tables. */
    private final Tensor row;

    private final Draw draw;
    private final LossTable losses;
    private final LossTable regularizers;

    TrainingStep(
            Backend backend,
            TrainerSettings settings,
            Objective<B> objective,
            Controller controller,
            Updates updates,
            Workers workers,
            long steps) {
        this.settings = settings;
        this.objective = objective;
        this.controller = controller;
        this.updates = updates;
        this.workers = workers;
        this.steps = steps;
        DType dtype = updates.parameters().values().iterator().next().data().dtype();
        memory = new ScopePool(backend);
        clock = Tensor.ofLongs(backend, Shape.of(2), settings.seed(), 0);
        share = Tensor.zeros(backend, dtype, Shape.of());
        learningRate = Tensor.zeros(backend, dtype, Shape.of());
        row = Tensor.ofLongs(backend, Shape.of(1), 0);
        draw = new Draw(clock, 0, Tensor.ofLongs(backend, Shape.of(1), 0));
        losses = new LossTable(backend, dtype, settings.logSteps());
        regularizers = new LossTable(backend, dtype, settings.logSteps());
    }

    /**
     * @param batches the step's micro-batches
     * @param rate the learning rate
     */
    void make(long step, List<B> batches, double rate) {
        Clock now = new Clock(step, steps, learningRate, draw);
        writeInputs(
                step,
                rate,
                workers.total(batches.stream().mapToLong(Batch::count).sum()));
        try (Scope _ = memory.open()) {
            updates.clearGradients();
            controller.beforeStep(now);
            Tensor loss = backward(batches);
            joinWorkers(loss);
            losses.add(row, loss);
            regularize(now);
            controller.afterBackward(now);
            if (settings.clip() != null) {
                updates.clip(settings.clip());
            }
            updates.step(rate);
            controller.afterStep(now);
            controller.shrink(now).forEach(updates::replace);
        }
    }

    private void writeInputs(long step, double rate, long count) {
        if (count < 1) {
            throw new IllegalStateException("step " + (step + 1) + ": its batch has nothing to predict");
        }
        clock.write(settings.seed(), step);
        share.write(1.0 / count);
        learningRate.write(rate);
        row.write(rowOf(step));
    }

    /** The mean loss of the whole batch; each micro-batch sends its gradients back before the next one runs. */
    private Tensor backward(List<B> batches) {
        Tensor loss = share.result("loss", share.shape());
        loss.backend().fill(loss, 0);
        for (B batch : batches) {
            Variable sum = objective.loss(batch, Pass.training(new Draw(clock, 0, batch.examples())));
            ShapeMismatch.require("loss", "the sum of a micro-batch", share.shape(), sum.shape());
            loss = loss.plus(sum.data().times(share));
            sum.backward(share);
        }
        return loss;
    }

    private void joinWorkers(Tensor loss) {
        List<Tensor> parts = new ArrayList<>(updates.gradients());
        parts.add(loss);
        workers.sum(parts);
    }

    private void regularize(Clock now) {
        @Nullable Variable regularizer = controller.regularizer(now);
        if (regularizer != null) {
            regularizers.add(row, regularizer.data());
            if (regularizer.requiresGradient()) {
                regularizer.backward();
            }
        }
    }

    private int rowOf(long step) {
        return (int) (step % settings.logSteps());
    }

    /** Losses of the steps since the last log line up to {@code step}. */
    double[] losses(long step) {
        return finite(losses, "loss", step);
    }

    /** The same of the regulariser; 0 where there was none. */
    double[] regularizers(long step) {
        return finite(regularizers, "regularizer", step);
    }

    /** @throws DivergedException naming the first step whose value is not finite */
    private double[] finite(LossTable table, String what, long step) {
        double[] values = table.read(rowOf(step) + 1);
        for (int i = 0; i < values.length; i++) {
            if (!Double.isFinite(values[i])) {
                throw new DivergedException(step - rowOf(step) + i + 1, steps, what, values[i]);
            }
        }
        return values;
    }

    /** Begins a new log line. */
    void clearLosses() {
        losses.clear();
        regularizers.clear();
    }

    /** @throws DivergedException if a parameter has an element that is not finite */
    void requireFiniteParameters(long step) {
        updates.parameters().forEach((name, parameter) -> {
            for (double weight : parameter.data().toDoubles()) {
                if (!Double.isFinite(weight)) {
                    throw new DivergedException(step + 1, steps, "an element of " + name, weight);
                }
            }
        });
    }

    /** The memory that all steps share. */
    ScopePool memory() {
        return memory;
    }

    /** The losses not yet logged. */
    Map<String, Tensor> state() {
        return Map.of(LOSSES, losses.rows(), REGULARIZERS, regularizers.rows());
    }

    void restore(Map<String, Tensor> saved) {
        State.requireSameForm("log", state(), saved);
        state().forEach((name, tensor) -> State.copy(saved, name, tensor));
    }
}
