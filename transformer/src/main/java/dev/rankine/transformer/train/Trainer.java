package dev.rankine.transformer.train;

import dev.rankine.autograd.Variable;
import dev.rankine.autograd.optim.Schedule;
import dev.rankine.tensor.Backend;
import dev.rankine.tensor.Tensor;
import dev.rankine.transformer.data.Batch;
import dev.rankine.transformer.data.Dataset;
import dev.rankine.transformer.data.StepPlan;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Trains. The controller says what and how, the objective what for; the trainer calls every hook at its place.
 *
 * <pre>{@code
 * TrainingResult result = new Trainer<>(backend, settings, data, new Seq2SeqObjective(model), adapted.controller())
 *         .evaluateWith(accuracy)
 *         .listen(folder.begin(0))
 *         .train();
 * }</pre>
 *
 * <p>The same settings give the same bits at any number of threads, interrupted or not.
 */
public final class Trainer<B extends Batch> {
    private static final String TRAINED = "trained.";
    private static final String CONTROLLER = "controller.";
    private static final String LOG = "log.";
    /** After so many steps the largest batch of the run is tried, see {@link TrainingStep#rehearseWith}. */
    private static final long REHEARSED_AFTER = 20;

    private final Backend backend;
    private final TrainerSettings settings;
    private final Dataset<B> data;
    private final Objective<B> objective;
    private final Controller controller;
    private final StepPlan plan;
    private final Schedule schedule;
    private final List<TrainingListener> listeners = new ArrayList<>();
    private Evaluator evaluator = Map::of;
    private Workers workers = Workers.ALONE;
    private @Nullable Consumer<TrainingState> checkpoints;
    private BooleanSupplier stop = () -> false;
    private Map<String, Variable> frozen = Map.of();

    public Trainer(
            Backend backend, TrainerSettings settings, Dataset<B> data, Objective<B> objective, Controller controller) {
        this.backend = backend;
        this.settings = settings;
        this.data = data;
        this.objective = objective;
        this.controller = controller;
        plan = settings.plan(data);
        schedule = settings.decay().schedule(settings.rate(), settings.warmup().steps(plan.steps()), plan.steps());
    }

    /** Measures the model before the first step, every {@code evaluationSteps}, and after the last. */
    public Trainer<B> evaluateWith(Evaluator measure) {
        evaluator = measure;
        return this;
    }

    public Trainer<B> listen(TrainingListener listener) {
        listeners.add(listener);
        return this;
    }

    /** Where the state goes when {@link Checkpointing} says so, or when the run is asked to stop. */
    public Trainer<B> checkpointTo(Consumer<TrainingState> sink) {
        checkpoints = sink;
        return this;
    }

    /** Asked after every step: when it answers true, the state is saved and the run ends with a {@link StoppedException}. */
    public Trainer<B> stopWhen(BooleanSupplier asked) {
        stop = asked;
        return this;
    }

    /** Shares every step with other workers. */
    public Trainer<B> among(Workers others) {
        workers = others;
        return this;
    }

    /** The names of weights that are not trained, so that an error can name the module that it came from. */
    public Trainer<B> naming(Map<String, Variable> weights) {
        frozen = weights;
        return this;
    }

    /** How many steps the run has. */
    public long steps() {
        return plan.steps();
    }

    /**
     * Makes every step of the run.
     *
     * @throws DivergedException if a loss or a weight is not finite
     * @throws StoppedException if it was asked to stop
     */
    public TrainingResult train() {
        return new Run().go();
    }

    /**
     * Makes the steps that are left.
     *
     * @throws IllegalArgumentException if the state does not belong to a run like this one
     * @throws DivergedException if a loss or a weight is not finite
     * @throws StoppedException if it was asked to stop
     */
    public TrainingResult resume(TrainingState from) {
        requireSameSettings(from);
        controller.restore(State.under(CONTROLLER, from.tensors()));
        return new Run(from).go();
    }

    private void requireSameSettings(TrainingState from) {
        Map<String, String> own = describe();
        settings.checkpointing().describe().keySet().forEach(own::remove);
        List<String> differences = own.entrySet().stream()
                .filter(setting -> !setting.getValue().equals(from.settings().get(setting.getKey())))
                .map(setting -> setting.getKey() + " " + from.settings().get(setting.getKey()) + " became "
                        + setting.getValue())
                .toList();
        if (!differences.isEmpty()) {
            throw new IllegalArgumentException("resume: the interrupted run had other settings: "
                    + String.join(", ", differences) + "; use the same ones, or start anew in another folder");
        }
    }

    private Map<String, String> describe() {
        Map<String, String> named = new LinkedHashMap<>(settings.describe());
        named.put("train_examples", Integer.toString(data.size()));
        return named;
    }

    private final class Run {
        private final Updates updates = new Updates(controller.parameterGroups());
        private final TrainingStep<B> step = new TrainingStep<B>(
                        backend, settings, objective, controller, updates, workers, plan.steps())
                .naming(frozen);
        private final long first;
        private final StepTimer timer;
        private Map<String, Double> before = Map.of();
        private double lastLoss;
        private int longestSoFar;
        private long savedAt = System.nanoTime();

        Run() {
            first = 0;
            timer = new StepTimer(0);
        }

        Run(TrainingState from) {
            first = from.step();
            timer = new StepTimer(from.seconds());
            before = from.before();
            updates.restore(State.under(TRAINED, from.tensors()));
            step.restore(State.under(LOG, from.tensors()));
        }

        TrainingResult go() {
            listeners.forEach(listener -> listener.onStart(first, plan.steps()));
            if (first == 0) {
                before = evaluate(0);
                if (stop.getAsBoolean()) {
                    throw new StoppedException(0, plan.steps());
                }
            }
            for (long t = first; t < plan.steps(); t++) {
                train(t);
                boolean last = t + 1 == plan.steps();
                if (!last && isDue(settings.evaluationSteps(), t)) {
                    evaluate(t + 1);
                }
                if (!last) {
                    checkpointIfDue(t);
                }
            }
            step.requireFiniteParameters(plan.steps() - 1);
            controller.finish();
            return result(evaluate(plan.steps()));
        }

        /**
         * Where the longest examples are still to come. Not before the first step, since code that is not yet compiled would take
         * seconds; not on a device, which records steps, of which each must make the calls of the one before.
         */
        private void rehearseIfDue(long t) {
            if (t == first + REHEARSED_AFTER && !backend.isDevice()) {
                int[] longest = plan.longest(data::length);
                if (data.length(longest[0]) > longestSoFar) {
                    step.rehearseWith(data.batch(longest, 0));
                }
            }
        }

        private void checkpointIfDue(long t) {
            boolean asked = stop.getAsBoolean();
            if (asked || settings.checkpointing().isDue(t + 1, System.nanoTime() - savedAt)) {
                checkpoint(t);
                savedAt = System.nanoTime();
            }
            if (asked) {
                throw new StoppedException(t + 1, plan.steps());
            }
        }

        private void train(long t) {
            timer.begin();
            double rate = schedule.rate(t);
            rehearseIfDue(t);
            step.make(t, batches(t), rate);
            boolean logs = isDue(settings.logSteps(), t) || t + 1 == plan.steps();
            double[] losses = logs ? step.losses(t) : new double[0];
            timer.end();
            listeners.forEach(listener -> listener.onStep(t + 1, plan.steps(), rate));
            if (logs) {
                log(t, rate, losses);
            }
        }

        private List<B> batches(long t) {
            List<B> batches = new ArrayList<>();
            int number = 0;
            for (int[] examples : plan.microBatches(t)) {
                batches.add(data.batch(examples, number));
                number += examples.length;
                longestSoFar = Math.max(
                        longestSoFar,
                        Arrays.stream(examples).map(data::length).max().orElse(0));
            }
            return batches;
        }

        private boolean isDue(int every, long t) {
            return every > 0 && (t + 1) % every == 0;
        }

        private void log(long t, double rate, double[] losses) {
            Map<String, Double> numbers = new LinkedHashMap<>();
            if (losses.length > 0) {
                lastLoss = losses[losses.length - 1];
                numbers.put(MetricsEntry.LOSS, mean(losses));
            }
            double[] regularizers = step.regularizers(t);
            if (regularizers.length > 0) {
                numbers.put(MetricsEntry.REGULARIZER, mean(regularizers));
            }
            int skipped = step.takeSkipped();
            if (skipped > 0) {
                numbers.put(MetricsEntry.SKIPPED, (double) skipped);
            }
            numbers.put(MetricsEntry.RATE, rate);
            numbers.put(MetricsEntry.PARAMETERS, (double) updates.size());
            MetricsEntry entry = entry(t + 1).with(numbers).with(controller.report());
            step.clearLosses();
            listeners.forEach(listener -> listener.onLog(entry));
        }

        private double mean(double[] values) {
            return Arrays.stream(values).sum() / values.length;
        }

        private MetricsEntry entry(long made) {
            double epoch = (double) made / plan.stepsPerEpoch();
            return new MetricsEntry(made, Map.of(MetricsEntry.EPOCH, epoch))
                    .with(Map.of(MetricsEntry.SECONDS, timer.seconds()));
        }

        private Map<String, Double> evaluate(long made) {
            Map<String, Double> metrics = evaluator.evaluate();
            if (!metrics.isEmpty()) {
                MetricsEntry entry = entry(made).with(metrics);
                listeners.forEach(listener -> listener.onEvaluation(entry));
            }
            return metrics;
        }

        private void checkpoint(long t) {
            if (checkpoints == null) {
                return;
            }
            step.losses(t);
            step.requireFiniteParameters(t);
            Map<String, Tensor> tensors = new LinkedHashMap<>();
            updates.state().forEach((name, tensor) -> tensors.put(TRAINED + name, tensor));
            controller.state().forEach((name, tensor) -> tensors.put(CONTROLLER + name, tensor));
            step.state().forEach((name, tensor) -> tensors.put(LOG + name, tensor));
            checkpoints.accept(new TrainingState(t + 1, timer.seconds(), before, describe(), tensors));
        }

        private TrainingResult result(Map<String, Double> after) {
            return new TrainingResult(
                    plan.steps(),
                    settings.epochs(),
                    data.size(),
                    timer.seconds(),
                    1000 * timer.seconds() / plan.steps(),
                    timer.median(),
                    lastLoss,
                    before,
                    after);
        }
    }
}
