package dev.rankine.transformer.train;

import dev.rankine.transformer.data.StepPlan;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How long, how fast and in what pieces a run trains. What concerns single parameters, such as weight decay, is said by
 * their {@link ParameterGroup}.
 *
 * @param epochs how often every example is seen
 * @param batch examples of a micro-batch
 * @param accumulate micro-batches of a step
 * @param rate peak learning rate, which falls linearly to 0
 * @param warmup how long it rises first
 * @param clip largest global norm of the gradients, null for any
 * @param logSteps steps between two lines of the log; losses are read from the back-end only then
 * @param evaluationSteps steps between two evaluations, 0 for none between the first step and the last
 * @param checkpointing when the run saves its state
 * @param seed of the order of examples and of all random numbers
 */
public record TrainerSettings(
        int epochs,
        int batch,
        int accumulate,
        double rate,
        Warmup warmup,
        @Nullable Double clip,
        int logSteps,
        int evaluationSteps,
        Checkpointing checkpointing,
        long seed) {
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

    /** Seed 0, no accumulation, warm-up, clipping, evaluation between or checkpoints; a log line every 50 steps. */
    public static TrainerSettings of(int epochs, int batch, double rate) {
        return new TrainerSettings(
                epochs, batch, 1, rate, Warmup.NONE, null, USUAL_LOG_STEPS, 0, Checkpointing.NONE, 0);
    }

    public TrainerSettings withBatch(int examples, int microBatches) {
        return new TrainerSettings(
                epochs, examples, microBatches, rate, warmup, clip, logSteps, evaluationSteps, checkpointing, seed);
    }

    public TrainerSettings withWarmup(Warmup length) {
        return new TrainerSettings(
                epochs, batch, accumulate, rate, length, clip, logSteps, evaluationSteps, checkpointing, seed);
    }

    public TrainerSettings withClip(@Nullable Double norm) {
        return new TrainerSettings(
                epochs, batch, accumulate, rate, warmup, norm, logSteps, evaluationSteps, checkpointing, seed);
    }

    /** Steps between two log lines, evaluations and checkpoints. */
    public TrainerSettings withSteps(int log, int evaluation, int checkpoint) {
        return new TrainerSettings(
                epochs,
                batch,
                accumulate,
                rate,
                warmup,
                clip,
                log,
                evaluation,
                checkpointing.everySteps(checkpoint),
                seed);
    }

    public TrainerSettings withCheckpointing(Checkpointing when) {
        return new TrainerSettings(
                epochs, batch, accumulate, rate, warmup, clip, logSteps, evaluationSteps, when, seed);
    }

    public TrainerSettings withSeed(long other) {
        return new TrainerSettings(
                epochs, batch, accumulate, rate, warmup, clip, logSteps, evaluationSteps, checkpointing, other);
    }

    /** Which examples every step of a run on so many sees. */
    public StepPlan plan(int examples) {
        return new StepPlan(examples, batch, accumulate, epochs, seed);
    }

    /** Every setting by name, for the record and to compare a run with the one it resumes. */
    public Map<String, String> describe() {
        Map<String, String> named = new LinkedHashMap<>();
        named.put("epochs", Integer.toString(epochs));
        named.put("batch", Integer.toString(batch));
        named.put("accumulate", Integer.toString(accumulate));
        named.put("rate", Double.toString(rate));
        named.put("warmup", warmup.toString());
        named.put("clip", clip == null ? "none" : clip.toString());
        named.put("log_steps", Integer.toString(logSteps));
        named.put("evaluation_steps", Integer.toString(evaluationSteps));
        named.putAll(checkpointing.describe());
        named.put("seed", Long.toString(seed));
        return named;
    }
}
