package dev.rankine.lora.task;

import dev.rankine.autograd.Variable;
import dev.rankine.lora.AdaptedModel;
import dev.rankine.lora.Adapter;
import dev.rankine.tensor.Tensor;
import dev.rankine.transformer.train.MetricsEntry;
import dev.rankine.transformer.train.TrainingListener;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Says once, in a line, that a run probably does not learn as it was meant to. It changes nothing. */
final class LearningWatch implements TrainingListener {
    /** Half of an adapter has no gradient at the first step, since the other half is zero. */
    private static final long GRADIENTS_AT = 3;

    private static final int NAMED = 3;
    /** A loss that differs by less from log line to log line does not move. */
    private static final double MOVES = 1e-6;

    private static final int LINES = 10;

    private final AdaptedModel adapted;
    private final Consumer<String> words;
    private double firstLoss = Double.NaN;
    private int equalLines;
    private boolean saidLoss;
    private boolean saidPruned;

    LearningWatch(AdaptedModel adapted, Consumer<String> words) {
        this.adapted = adapted;
        this.words = words;
    }

    @Override
    public void onStep(long made, long steps, double rate) {
        if (made == GRADIENTS_AT) {
            List<String> still = adapted.adapters().stream()
                    .filter(LearningWatch::hasNoGradient)
                    .map(Adapter::path)
                    .toList();
            if (!still.isEmpty()) {
                words.accept(still.size() + " of " + adapted.adapters().size() + " adapters have no gradient at step "
                        + made + ": " + String.join(", ", still.subList(0, Math.min(NAMED, still.size())))
                        + (still.size() > NAMED ? ", ..." : "") + "; the loss does not depend on them");
            }
        }
    }

    private static boolean hasNoGradient(Adapter adapter) {
        return adapter.parameters().values().stream().map(Variable::gradient).allMatch(LearningWatch::isZero);
    }

    private static boolean isZero(@Nullable Tensor gradient) {
        return gradient == null || Arrays.stream(gradient.toDoubles()).allMatch(value -> value == 0);
    }

    @Override
    public void onLog(MetricsEntry entry) {
        OptionalDouble loss = entry.number(MetricsEntry.LOSS);
        if (loss.isPresent()) {
            watch(loss.getAsDouble(), entry.step());
        }
        OptionalDouble density = entry.number("density");
        if (!saidPruned && density.isPresent() && density.getAsDouble() == 0) {
            saidPruned = true;
            words.accept("step " + entry.step() + ": every triplet is pruned, the adapters change nothing any more;"
                    + " ask for a higher density or a weaker regulariser");
        }
    }

    private void watch(double loss, long step) {
        equalLines = Math.abs(loss - firstLoss) <= MOVES * Math.abs(firstLoss) ? equalLines + 1 : 1;
        if (equalLines == 1) {
            firstLoss = loss;
        }
        if (!saidLoss && equalLines == LINES) {
            saidLoss = true;
            words.accept(String.format(
                    Locale.ROOT,
                    "step %d: the loss has been %.6f in %d log lines; is the learning rate too low, or is nothing trained?",
                    step,
                    loss,
                    LINES));
        }
    }
}
