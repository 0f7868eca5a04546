package dev.rankine.transformer.train;

/** How long the learning rate rises before it falls. */
public sealed interface Warmup {
    /** None. */
    Warmup NONE = new Steps(0);

    /** How many steps of a run. */
    long steps(long ofRun);

    /** A number of steps. */
    record Steps(long count) implements Warmup {
        public Steps {
            if (count < 0) {
                throw new IllegalArgumentException("warm-up must be at least 0 steps, got " + count);
            }
        }

        @Override
        public long steps(long ofRun) {
            if (count > ofRun) {
                throw new IllegalArgumentException(
                        "a warm-up of " + count + " steps is longer than the run of " + ofRun);
            }
            return count;
        }
    }

    /** A share of the run. */
    record Share(double share) implements Warmup {
        public Share {
            if (!(share >= 0 && share <= 1)) {
                throw new IllegalArgumentException("the share of warm-up must be in [0, 1], got " + share);
            }
        }

        @Override
        public long steps(long ofRun) {
            return Math.round(share * ofRun);
        }
    }

    /**
     * Below 1 a share of the run, from 1 on a number of steps, as on the command line.
     *
     * @throws IllegalArgumentException if it is negative, not finite or a broken number of steps
     */
    static Warmup of(double number) {
        if (number < 1) {
            return new Share(number);
        }
        if (number != Math.rint(number) || Double.isInfinite(number)) {
            throw new IllegalArgumentException(
                    "warm-up must be a share below 1 or a whole number of steps, got " + number);
        }
        return new Steps((long) number);
    }
}
