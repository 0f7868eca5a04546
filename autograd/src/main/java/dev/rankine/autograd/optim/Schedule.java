package dev.rankine.autograd.optim;

/** The learning rate of each step of a run, counted from 0. */
public sealed interface Schedule {
    /** The rate of step t = 0, 1, ... */
    double rate(long step);

    /** The same rate at every step. */
    record Constant(double rate) implements Schedule {
        public Constant {
            requireRate(rate);
        }

        @Override
        public double rate(long step) {
            requireStep(step, Long.MAX_VALUE);
            return rate;
        }
    }

    /**
     * Rises from 0 over the first {@code warmup} steps and falls to 0 at the end: rate t / warmup for t below warmup, then
     * rate (1 - (t - warmup) / (total - warmup)).
     *
     * @param rate the peak
     * @param warmup steps, at most total
     * @param total steps of the run, at least 1
     */
    record Linear(double rate, long warmup, long total) implements Schedule {
        public Linear {
            requireRate(rate);
            requireWarmup("linear", warmup, total);
        }

        @Override
        public double rate(long step) {
            requireStep(step, total);
            return step < warmup
                    ? rate * ((double) step / warmup)
                    : rate * (1 - (double) (step - warmup) / (total - warmup));
        }
    }

    /**
     * Rises as {@link Linear} does and falls along half a cosine: rate (1 + cos(pi (t - warmup) / (total - warmup))) / 2.
     *
     * @param rate the peak
     * @param warmup steps, at most total
     * @param total steps of the run, at least 1
     */
    record Cosine(double rate, long warmup, long total) implements Schedule {
        public Cosine {
            requireRate(rate);
            requireWarmup("cosine", warmup, total);
        }

        @Override
        public double rate(long step) {
            requireStep(step, total);
            return step < warmup
                    ? rate * ((double) step / warmup)
                    : rate * (1 + Math.cos(Math.PI * (step - warmup) / (total - warmup))) / 2;
        }
    }

    private static void requireWarmup(String schedule, long warmup, long total) {
        if (total < 1 || warmup < 0 || warmup > total) {
            throw new IllegalArgumentException("a " + schedule
                    + " schedule needs 0 <= warm-up <= total steps and at least 1 step, got warm-up " + warmup + " of "
                    + total);
        }
    }

    private static void requireRate(double rate) {
        if (!(rate >= 0 && rate < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("a rate must be at least 0 and finite, got " + rate);
        }
    }

    private static void requireStep(long step, long total) {
        if (step < 0 || step >= total) {
            throw new IllegalArgumentException(
                    "step " + step + " is outside the schedule's steps, 0 to " + (total - 1));
        }
    }
}
