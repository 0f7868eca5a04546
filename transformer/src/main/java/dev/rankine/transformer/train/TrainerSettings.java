package dev.rankine.transformer.train;

import dev.rankine.autograd.optim.Schedule;
import dev.rankine.transformer.data.Dataset;
import dev.rankine.transformer.data.StepPlan;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * How long, how fast and in what pieces a run trains. What concerns single parameters, such as weight decay, is said by
 * their {@link ParameterGroup}.
 *
 * @param epochs how often every example is seen
 * @param batch examples of a micro-batch
 * @param accumulate micro-batches of a step
 * @param rate peak learning rate
 * @param decay how it falls
 * @param warmup how long it rises first
 * @param clip largest global norm of the gradients, null for any
 * @param logSteps steps between two lines of the log; losses are read from the back-end only then
 * @param evaluationSteps steps between two evaluations, 0 for none between the first step and the last
 * @param checkpointing when the run saves its state
 * @param bucketing whether examples of similar length share batches; the batches are still shuffled
 * @param recompute whether layers run again in the backward pass instead of keeping what they made: the same numbers, less
 *     memory, more time
 * @param onNan what becomes of a step whose loss or gradient is not finite
 * @param seed of the order of examples and of all random numbers
 */
public record TrainerSettings(
        int epochs,
        int batch,
        int accumulate,
        double rate,
        Decay decay,
        Warmup warmup,
        @Nullable Double clip,
        int logSteps,
        int evaluationSteps,
        Checkpointing checkpointing,
        boolean bucketing,
        boolean recompute,
        OnNan onNan,
        long seed) {
    /** How the learning rate goes on from its peak. */
    public enum Decay {
        /** Along a line to 0. */
        LINEAR,
        /** Along half a cosine to 0. */
        COSINE;

        /** The rate of every step of a run. */
        public Schedule schedule(double rate, long warmup, long steps) {
            return switch (this) {
                case LINEAR -> new Schedule.Linear(rate, warmup, steps);
                case COSINE -> new Schedule.Cosine(rate, warmup, steps);
            };
        }
    }

    private static final int USUAL_LOG_STEPS = 50;

    public TrainerSettings {
        requireAtLeast(1, "epochs", epochs);
        requireAtLeast(1, "batch", batch);
        requireAtLeast(1, "accumulate", accumulate);
        requireAtLeast(1, "log steps", logSteps);
        requireAtLeast(0, "evaluation steps", evaluationSteps);
        if (!(rate >= 0 && rate < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("learning rate must be at least 0 and finite, got " + rate);
        }
        if (clip != null && !(clip > 0)) {
            throw new IllegalArgumentException("clipping norm must be positive, got " + clip);
        }
    }

    private static void requireAtLeast(int least, String name, int value) {
        if (value < least) {
            throw new IllegalArgumentException(name + " must be at least " + least + ", got " + value);
        }
    }

    /** Seed 0, a linear decay, no accumulation, warm-up, clipping, evaluation between, checkpoints or bucketing. */
    public static TrainerSettings of(int epochs, int batch, double rate) {
        return new TrainerSettings(
                epochs,
                batch,
                1,
                rate,
                Decay.LINEAR,
                Warmup.NONE,
                null,
                USUAL_LOG_STEPS,
                0,
                Checkpointing.NONE,
                false,
                false,
                OnNan.STOP,
                0);
    }

    public TrainerSettings withBatch(int examples, int microBatches) {
        return with(draft -> {
            draft.batch = examples;
            draft.accumulate = microBatches;
        });
    }

    public TrainerSettings withDecay(Decay other) {
        return with(draft -> draft.decay = other);
    }

    public TrainerSettings withWarmup(Warmup length) {
        return with(draft -> draft.warmup = length);
    }

    public TrainerSettings withClip(@Nullable Double norm) {
        return with(draft -> draft.clip = norm);
    }

    /** Steps between two log lines, evaluations and checkpoints. */
    public TrainerSettings withSteps(int log, int evaluation, int checkpoint) {
        return with(draft -> {
            draft.logSteps = log;
            draft.evaluationSteps = evaluation;
            draft.checkpointing = checkpointing.everySteps(checkpoint);
        });
    }

    public TrainerSettings withCheckpointing(Checkpointing when) {
        return with(draft -> draft.checkpointing = when);
    }

    public TrainerSettings onNan(OnNan policy) {
        return with(draft -> draft.onNan = policy);
    }

    public TrainerSettings withBucketing(boolean wanted) {
        return with(draft -> draft.bucketing = wanted);
    }

    public TrainerSettings withRecomputation(boolean wanted) {
        return with(draft -> draft.recompute = wanted);
    }

    public TrainerSettings withSeed(long other) {
        return with(draft -> draft.seed = other);
    }

    private TrainerSettings with(Consumer<Draft> change) {
        Draft draft = new Draft(this);
        change.accept(draft);
        return draft.settings();
    }

    /** What a variant may change, so that only one place lists everything that it keeps. */
    private static final class Draft {
        private final int epochs;
        private final double rate;
        private int batch;
        private int accumulate;
        private Decay decay;
        private Warmup warmup;
        private @Nullable Double clip;
        private int logSteps;
        private int evaluationSteps;
        private Checkpointing checkpointing;
        private boolean bucketing;
        private boolean recompute;
        private OnNan onNan;
        private long seed;

        Draft(TrainerSettings from) {
            epochs = from.epochs;
            rate = from.rate;
            batch = from.batch;
            accumulate = from.accumulate;
            decay = from.decay;
            warmup = from.warmup;
            clip = from.clip;
            logSteps = from.logSteps;
            evaluationSteps = from.evaluationSteps;
            checkpointing = from.checkpointing;
            bucketing = from.bucketing;
            recompute = from.recompute;
            onNan = from.onNan;
            seed = from.seed;
        }

        TrainerSettings settings() {
            return new TrainerSettings(
                    epochs,
                    batch,
                    accumulate,
                    rate,
                    decay,
                    warmup,
                    clip,
                    logSteps,
                    evaluationSteps,
                    checkpointing,
                    bucketing,
                    recompute,
                    onNan,
                    seed);
        }
    }

    /** Which examples every step of a run on so many sees. */
    public StepPlan plan(int examples) {
        return new StepPlan(examples, batch, accumulate, epochs, seed);
    }

    /** The same for a data set, which knows how long its examples are. */
    public StepPlan plan(Dataset<?> data) {
        StepPlan plan = plan(data.size());
        return bucketing ? plan.bucketedBy(data::length) : plan;
    }

    /** Every setting by name, for the record and to compare a run with the one it resumes. */
    public Map<String, String> describe() {
        Map<String, String> named = new LinkedHashMap<>();
        named.put("epochs", Integer.toString(epochs));
        named.put("batch", Integer.toString(batch));
        named.put("accumulate", Integer.toString(accumulate));
        named.put("rate", Double.toString(rate));
        named.put("decay", decay.name().toLowerCase(Locale.ROOT));
        named.put("warmup", warmup.toString());
        named.put("clip", clip == null ? "none" : clip.toString());
        named.put("log_steps", Integer.toString(logSteps));
        named.put("evaluation_steps", Integer.toString(evaluationSteps));
        named.putAll(checkpointing.describe());
        named.put("bucketing", Boolean.toString(bucketing));
        named.put("recompute", Boolean.toString(recompute));
        named.put("on_nan", onNan.name().toLowerCase(Locale.ROOT));
        named.put("seed", Long.toString(seed));
        return named;
    }
}
