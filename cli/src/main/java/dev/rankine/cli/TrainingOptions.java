package dev.rankine.cli;

import dev.rankine.lora.task.Keep;
import dev.rankine.lora.task.Task;
import dev.rankine.transformer.train.Checkpointing;
import dev.rankine.transformer.train.OnNan;
import dev.rankine.transformer.train.TrainerSettings;
import dev.rankine.transformer.train.Warmup;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How long, how fast and in what pieces. */
final class TrainingOptions {
    private static final int LOG_LINES = 200;

    @Option(names = "--epochs", paramLabel = "N", description = "How often every example is seen (default: 10).")
    private int epochs = 10;

    @Option(names = "--batch", paramLabel = "N", description = "Examples of a micro-batch (default: 64).")
    private int batch = 64;

    @Option(
            names = "--bucket",
            description = "Put examples of similar length into one batch: less padding, another order.")
    private boolean bucket;

    @Option(names = "--accumulate", paramLabel = "N", description = "Micro-batches of a step (default: 1).")
    private int accumulate = 1;

    @Option(names = "--lr", paramLabel = "X", description = "Peak learning rate (default: 1e-3).")
    private double rate = 1e-3;

    @Option(
            names = "--schedule",
            paramLabel = "NAME",
            description = "How the rate falls to 0: linear or cosine (default: linear).")
    private TrainerSettings.Decay schedule = TrainerSettings.Decay.LINEAR;

    @Option(
            names = "--warmup",
            paramLabel = "X",
            description = "How long the rate rises first: a share of the run below 1, else steps (default: 0).")
    private double warmup;

    @Option(names = "--weight-decay", paramLabel = "X", description = "Decoupled weight decay of AdamW (default: 0).")
    private double weightDecay;

    @Option(
            names = "--clip",
            paramLabel = "X",
            description = "Largest global norm of the gradients (default: no clipping).")
    private @Nullable Double clip;

    @Option(
            names = "--eval-steps",
            paramLabel = "N",
            description = "Steps between two evaluations; 0 for none in between (default: once per epoch).")
    private @Nullable Integer evaluationSteps;

    @Option(
            names = "--checkpoint-steps",
            paramLabel = "N",
            description = "Steps between two checkpoints, which --resume goes on from; 0 counts none (default: 0).")
    private int checkpointSteps;

    @Option(
            names = "--checkpoint-minutes",
            paramLabel = "X",
            description = "Minutes between two checkpoints; 0 looks at no clock (default: 10).")
    private double checkpointMinutes = 10;

    @Option(names = "--keep-checkpoints", paramLabel = "K", description = "How many checkpoints stay (default: 2).")
    private int keepCheckpoints = 2;

    @Option(
            names = "--recompute",
            description =
                    "Run layers again in the backward pass instead of keeping what they made: the same numbers, less"
                            + " memory, more time.")
    private boolean recompute;

    @Option(
            names = "--on-nan",
            paramLabel = "WHAT",
            description =
                    "What becomes of a step whose loss or gradient is not finite: stop says which operation made it,"
                            + " skip goes on without the step (default: stop).")
    private OnNan onNan = OnNan.STOP;

    @Option(
            names = "--keep",
            paramLabel = "WHAT",
            description = "Which evaluation's adapter stays: last or best (default: last).")
    private Kept keep = Kept.LAST;

    @Option(
            names = "--keep-metric",
            paramLabel = "NAME",
            description = "What tells the best (default: what the task is usually judged by).")
    private @Nullable String keepMetric;

    /** What {@code --keep} takes. */
    enum Kept {
        LAST,
        BEST
    }

    /** @param usual metric of the data's format, null where the task's own will do */
    Keep keep(Task task, @Nullable String usual) {
        if (keep == Kept.LAST) {
            if (keepMetric != null) {
                throw new UsageException("--keep-metric needs --keep best");
            }
            return Keep.LAST;
        }
        String otherwise = usual == null ? task.metrics().getFirst() : usual;
        return Keep.best(keepMetric == null ? otherwise : keepMetric);
    }

    double weightDecay() {
        if (!(weightDecay >= 0 && weightDecay < Double.POSITIVE_INFINITY)) {
            throw new UsageException("--weight-decay must be at least 0 and finite, got " + weightDecay);
        }
        return weightDecay;
    }

    /**
     * @param examples in the training data
     * @param seed of the order of examples and all chance
     */
    TrainerSettings settings(int examples, long seed) {
        return UsageException.whileChecking(() -> {
            TrainerSettings settings = TrainerSettings.of(epochs, batch, rate)
                    .withBatch(batch, accumulate)
                    .withDecay(schedule)
                    .withBucketing(bucket)
                    .withWarmup(Warmup.of(warmup))
                    .withClip(clip)
                    .withRecomputation(recompute)
                    .onNan(onNan)
                    .withSeed(seed);
            long stepsPerEpoch = settings.plan(examples).stepsPerEpoch();
            int evaluation = evaluationSteps == null ? Math.toIntExact(stepsPerEpoch) : evaluationSteps;
            int log = Math.toIntExact(Math.max(1, stepsPerEpoch * epochs / LOG_LINES));
            return settings.withSteps(log, evaluation, 0)
                    .withCheckpointing(new Checkpointing(checkpointSteps, checkpointMinutes, keepCheckpoints));
        });
    }
}
