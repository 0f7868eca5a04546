package dev.rankine.transformer.train;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * When a run saves its state. It changes nothing of what the run computes.
 *
 * @param steps between two checkpoints, 0 to count none
 * @param minutes between two checkpoints, 0 to look at no clock
 * @param keep how many checkpoints stay
 */
public record Checkpointing(int steps, double minutes, int keep) {
    /** Only when the run is asked to stop. */
    public static final Checkpointing NONE = new Checkpointing(0, 0, 2);

    private static final double NANOS_PER_MINUTE = 60e9;

    public Checkpointing {
        if (steps < 0) {
            throw new IllegalArgumentException("checkpoint steps must be at least 0, got " + steps);
        }
        if (!(minutes >= 0 && minutes < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("checkpoint minutes must be at least 0 and finite, got " + minutes);
        }
        if (keep < 1) {
            throw new IllegalArgumentException("checkpoints to keep must be at least 1, got " + keep);
        }
    }

    public Checkpointing everySteps(int other) {
        return new Checkpointing(other, minutes, keep);
    }

    /**
     * Whether one is due.
     *
     * @param made steps so far
     * @param nanos since the last checkpoint
     */
    boolean isDue(long made, long nanos) {
        return steps > 0 && made % steps == 0 || minutes > 0 && nanos >= minutes * NANOS_PER_MINUTE;
    }

    Map<String, String> describe() {
        Map<String, String> named = new LinkedHashMap<>();
        named.put("checkpoint_steps", Integer.toString(steps));
        named.put("checkpoint_minutes", Double.toString(minutes));
        named.put("keep_checkpoints", Integer.toString(keep));
        return named;
    }
}
