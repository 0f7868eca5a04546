package dev.rankine.transformer.train;

import dev.rankine.autograd.Observation;
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
import java.util.Arrays;
import java.util.LinkedHashMap;
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

    /** So many steps without a finite gradient, one after another, end a run that skips them. */
    private static final int MOST_IN_A_ROW = 10;

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
    private Map<String, Variable> frozen = Map.of();
    private @Nullable B rehearsal;
    private int skipped;
    private int skippedInARow;

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
            rehearse();
            Tensor loss = backward(batches);
            joinWorkers(loss);
            losses.add(row, loss);
            regularize(now);
            StepGradients gradients = StepGradients.of(updates, controller);
            boolean finite = gradients.areFiniteWith(loss);
            if (!finite) {
                deal(now, loss, gradients, batches);
            }
            controller.afterBackward(now);
            if (settings.clip() != null) {
                updates.clip(settings.clip());
            }
            if (finite) {
                skippedInARow = 0;
                updates.step(rate);
            }
            controller.afterStep(now);
            controller.shrink(now).forEach(updates::replace);
        }
    }

    /** The names of weights that are not trained, for messages. */
    TrainingStep<B> naming(Map<String, Variable> weights) {
        frozen = weights;
        return this;
    }

    /**
     * Has the next step make the passes of this batch before its own: one that needs as much memory as any of the run. So the
     * pool has its final size from then on, and a machine that has too little says so now and not after hours. Nothing else is
     * left of it: randomness depends on the step's number, and the gradients are forgotten.
     */
    void rehearseWith(B largest) {
        rehearsal = largest;
    }

    private void rehearse() {
        if (rehearsal != null) {
            backward(List.of(rehearsal));
            updates.clearGradients();
            controller.leaves().values().forEach(Variable::clearGradient);
            rehearsal = null;
        }
    }

    /** Before the weights have seen anything of the step. */
    private void deal(Clock now, Tensor loss, StepGradients gradients, List<B> batches) {
        String what = FirstNonFinite.isFinite(loss)
                ? "the gradient of " + gradients.nonFinite() + " is not finite"
                : "the loss is " + loss.item();
        if (settings.onNan() == OnNan.STOP) {
            throw new DivergedException(now.step() + 1, steps, what + cause(now, batches));
        }
        if (++skippedInARow == MOST_IN_A_ROW) {
            throw DivergedException.afterSkipping(MOST_IN_A_ROW, now.step() + 1, steps, what + cause(now, batches));
        }
        skipped++;
        gradients.clear();
    }

    /** Makes the step's passes once more, with every result looked at. */
    private String cause(Clock now, List<B> batches) {
        Map<String, Variable> named = new LinkedHashMap<>(frozen);
        named.putAll(updates.parameters());
        named.putAll(controller.leaves());
        FirstNonFinite first = new FirstNonFinite(named);
        updates.clearGradients();
        try (var _ = Observation.by(first)) {
            backward(batches);
            Variable regularizer = controller.regularizer(now);
            if (regularizer != null && regularizer.requiresGradient()) {
                regularizer.backward();
            }
        }
        return first.found() == null ? "" : "; " + first.found();
    }

    /** Steps that {@link OnNan#SKIP} left out since the last call. */
    int takeSkipped() {
        int count = skipped;
        skipped = 0;
        return count;
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
            Pass pass = Pass.training(new Draw(clock, 0, batch.examples())).recomputing(settings.recompute());
            Variable sum = objective.loss(batch, pass);
            ShapeMismatch.require("loss", "the sum of a micro-batch", share.shape(), sum.shape());
            loss = loss.plus(sum.data().times(share));
            sum.backward(share);
        }
        return loss;
    }

    private void joinWorkers(Tensor loss) {
        List<Tensor> parts =
                new ArrayList<>(StepGradients.of(updates, controller).all());
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

    /** Losses of the steps since the last log line up to {@code step}, without those of skipped steps. */
    double[] losses(long step) {
        return finite(losses, "loss", step);
    }

    /** The same of the regulariser; 0 where there was none. */
    double[] regularizers(long step) {
        return finite(regularizers, "regularizer", step);
    }

    /** @throws DivergedException naming the first step whose value is not finite, unless such steps are skipped */
    private double[] finite(LossTable table, String what, long step) {
        double[] values = table.read(rowOf(step) + 1);
        for (int i = 0; i < values.length; i++) {
            if (!Double.isFinite(values[i]) && settings.onNan() == OnNan.STOP) {
                throw new DivergedException(step - rowOf(step) + i + 1, steps, "the " + what + " is " + values[i]);
            }
        }
        return Arrays.stream(values).filter(Double::isFinite).toArray();
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
                    throw new DivergedException(step + 1, steps, "an element of " + name + " is " + weight);
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
