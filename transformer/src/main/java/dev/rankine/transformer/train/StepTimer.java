package dev.rankine.transformer.train;

import java.util.Arrays;

/** The time that steps take; what lies between them is not counted. */
final class StepTimer {
    private static final double NANOS_PER_SECOND = 1e9;
    private static final double NANOS_PER_MILLI = 1e6;

    private final double secondsBefore;
    private long[] durations = new long[64];
    private int steps;
    private long total;
    private long begun;

    /** @param secondsBefore what the steps before an interruption took */
    StepTimer(double secondsBefore) {
        this.secondsBefore = secondsBefore;
    }

    void begin() {
        begun = System.nanoTime();
    }

    void end() {
        long duration = System.nanoTime() - begun;
        if (steps == durations.length) {
            durations = Arrays.copyOf(durations, 2 * steps);
        }
        durations[steps++] = duration;
        total += duration;
    }

    /** Of all steps that have ended. */
    double seconds() {
        return secondsBefore + total / NANOS_PER_SECOND;
    }

    /** Milliseconds of the middle one of the steps timed here. */
    double median() {
        long[] sorted = Arrays.copyOf(durations, steps);
        Arrays.sort(sorted);
        return (sorted[(steps - 1) / 2] + sorted[steps / 2]) / (2 * NANOS_PER_MILLI);
    }
}
