package dev.rankine.lora.report;

import dev.rankine.tensor.random.Philox;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * How sure a difference between two methods is that were run with the same seeds and measured on the same examples
 * (Efron and Tibshirani, "An introduction to the bootstrap", 1993). Every resample draws seeds and examples, both with
 * replacement and independent of each other, since every seed saw every example (Owen, "The pigeonhole bootstrap", 2007),
 * and takes the difference of the two metrics on what it drew. The middle 95% of these differences are the interval.
 *
 * <p>Few seeds drawn with replacement vary too little: the variance of their mean comes out (S - 1) / S of what it should
 * be. So a seed that was drawn v times of S counts {@code 1 + (v - 1) sqrt(S / (S - 1))} times, which mends the variance
 * (Hesterberg, "What teachers should know about the bootstrap", 2015). With S below about 5 the interval is still narrow,
 * as the normal distribution is beside Student's. A single seed tells nothing of seeds: then only examples are drawn.
 * Chance that is of one seed and one example alone is counted up to three times (Owen's theorem 3), so with many seeds an
 * interval is rather too wide than too narrow.
 *
 * <p>The draws depend on the seed of this bootstrap alone: the same for every pair of methods, and at every call.
 */
public final class PairedBootstrap {
    /** What the papers' tables would need. */
    public static final int USUAL_RESAMPLES = 10_000;

    private static final double TAIL = .025;
    private static final int SEEDS = 0;
    private static final int EXAMPLES = 1;
    private static final int WORDS = 4;

    private final int resamples;
    private final long seed;

    /** @param seed of the draws */
    public PairedBootstrap(int resamples, long seed) {
        if (resamples < 1) {
            throw new IllegalArgumentException("need at least 1 resample, got " + resamples);
        }
        this.resamples = resamples;
        this.seed = seed;
    }

    /**
     * A difference and how sure it is.
     *
     * @param estimate what was measured
     * @param low lower end of the 95% interval
     * @param high its upper end
     * @param p how often resamples lie on the other side of 0, twice: two-sided, at most 1; small where a difference is sure
     */
    public record Difference(double estimate, double low, double high, double p) {
        /** Whether the interval leaves out 0. */
        public boolean isSure() {
            return low > 0 || high < 0;
        }
    }

    /**
     * The metric of a method in every resample; resamples are the same for every method of as many seeds and examples.
     * Not a number where all that was drawn has size 0.
     */
    public double[] replicates(Measured measured) {
        return IntStream.range(0, resamples)
                .parallel()
                .mapToDouble(resample -> measured.value(
                        seedWeights(resample, measured.seeds()), draw(EXAMPLES, resample, measured.examples())))
                .toArray();
    }

    /**
     * {@code a - b}.
     *
     * @throws IllegalArgumentException if they do not have the same numbers of seeds and examples
     */
    public Difference difference(Measured a, Measured b) {
        if (a.seeds() != b.seeds() || a.examples() != b.examples()) {
            throw new IllegalArgumentException("paired methods need the same seeds and examples, got " + a.seeds()
                    + " x " + a.examples() + " and " + b.seeds() + " x " + b.examples());
        }
        return difference(a.value() - b.value(), replicates(a), replicates(b));
    }

    /** The same from replicates that are known already. */
    Difference difference(double estimate, double[] a, double[] b) {
        double[] sorted = IntStream.range(0, resamples)
                .mapToDouble(r -> a[r] - b[r])
                .filter(difference -> !Double.isNaN(difference))
                .sorted()
                .toArray();
        int cut = (int) (TAIL * sorted.length);
        long below = Arrays.stream(sorted).filter(difference -> difference <= 0).count();
        long above = Arrays.stream(sorted).filter(difference -> difference >= 0).count();
        double p = Math.min(1, 2.0 * (1 + Math.min(below, above)) / (sorted.length + 1));
        return new Difference(estimate, sorted[cut], sorted[sorted.length - 1 - cut], p);
    }

    private double[] seedWeights(int resample, int seeds) {
        double[] weights = new double[seeds];
        int[] times = draw(SEEDS, resample, seeds);
        double widening = seeds == 1 ? 1 : Math.sqrt((double) seeds / (seeds - 1));
        for (int s = 0; s < seeds; s++) {
            weights[s] = 1 + (times[s] - 1) * widening;
        }
        return weights;
    }

    /** How often each of n things is drawn when one is drawn n times. */
    private int[] draw(int stream, int resample, int n) {
        int[] times = new int[n];
        for (int block = 0; block * WORDS < n; block++) {
            int[] words = Philox.block((int) seed, (int) (seed >>> 32), block, 0, resample, stream);
            for (int i = block * WORDS; i < Math.min(n, (block + 1) * WORDS); i++) {
                times[(int) (Integer.toUnsignedLong(words[i % WORDS]) * n >>> 32)]++;
            }
        }
        return times;
    }
}
