package dev.rankine.lora.task;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which of a run's evaluations leaves its adapter behind: the last, or the best of those after the first step.
 *
 * @param metric that tells the best; null to keep the last
 */
public record Keep(@Nullable String metric) {
    public static final Keep LAST = new Keep(null);

    /** Metrics of which less is better. */
    private static final Set<String> FALLING = Set.of("token_loss", "perplexity", "error_rate", "mse");

    /** The best by a metric. */
    public static Keep best(String metric) {
        return new Keep(metric);
    }

    /** Whether a value of the metric is better than another; equal ones are not. */
    boolean isBetter(double value, double than) {
        return FALLING.contains(metric) ? value < than : value > than;
    }

    @Override
    public String toString() {
        return metric == null ? "last" : "best " + metric;
    }
}
