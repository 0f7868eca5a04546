package dev.rankine.lora.report;

import dev.rankine.transformer.train.Outcome;
import java.util.List;
import java.util.Objects;

/**
 * A metric of one method, in parts: an amount and a size for every seed and every example. At one seed the metric is the
 * sum of the amounts over the sum of the sizes; of the method it is the mean over the seeds.
 */
public final class Measured {
    private final double[][] amounts;
    private final double[][] sizes;

    /**
     * @param amounts [seeds][examples]
     * @param sizes of the same form, none negative
     */
    public Measured(double[][] amounts, double[][] sizes) {
        if (amounts.length == 0 || amounts[0].length == 0) {
            throw new IllegalArgumentException("a metric needs at least one seed and one example");
        }
        if (amounts.length != sizes.length) {
            throw new IllegalArgumentException(
                    "amounts of " + amounts.length + " seeds do not fit sizes of " + sizes.length);
        }
        for (int s = 0; s < amounts.length; s++) {
            if (amounts[s].length != amounts[0].length || sizes[s].length != amounts[0].length) {
                throw new IllegalArgumentException("seed number " + s + " has " + amounts[s].length + " amounts and "
                        + sizes[s].length + " sizes, the first seed " + amounts[0].length + " examples");
            }
        }
        this.amounts = copy(amounts);
        this.sizes = copy(sizes);
    }

    private static double[][] copy(double[][] rows) {
        double[][] copy = new double[rows.length][];
        for (int s = 0; s < rows.length; s++) {
            copy[s] = rows[s].clone();
        }
        return copy;
    }

    /** @param runs the outcomes of a run for every seed, of the same examples in the same order */
    public static Measured of(String metric, List<List<Outcome>> runs) {
        double[][] amounts = new double[runs.size()][];
        double[][] sizes = new double[runs.size()][];
        for (int s = 0; s < amounts.length; s++) {
            List<Outcome.Part> parts = runs.get(s).stream()
                    .map(outcome -> Objects.requireNonNull(outcome.parts().get(metric), metric))
                    .toList();
            amounts[s] = parts.stream().mapToDouble(Outcome.Part::amount).toArray();
            sizes[s] = parts.stream().mapToDouble(Outcome.Part::size).toArray();
        }
        return new Measured(amounts, sizes);
    }

    public int seeds() {
        return amounts.length;
    }

    public int examples() {
        return amounts[0].length;
    }

    /** The metric. */
    public double value() {
        double sum = 0;
        for (int s = 0; s < seeds(); s++) {
            double amount = 0;
            double size = 0;
            for (int i = 0; i < examples(); i++) {
                amount += amounts[s][i];
                size += sizes[s][i];
            }
            sum += amount / size;
        }
        return sum / seeds();
    }

    /**
     * The metric of a sample in which seeds and examples count as often as they were drawn.
     *
     * @param seedWeights mean 1
     * @param times how often every example was drawn
     * @return not a number where all that was drawn has size 0
     */
    double value(double[] seedWeights, int[] times) {
        double sum = 0;
        for (int s = 0; s < seeds(); s++) {
            double amount = 0;
            double size = 0;
            for (int i = 0; i < times.length; i++) {
                amount += times[i] * amounts[s][i];
                size += times[i] * sizes[s][i];
            }
            sum += seedWeights[s] * (amount / size);
        }
        return sum / seeds();
    }
}
