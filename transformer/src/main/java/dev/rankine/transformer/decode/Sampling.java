package dev.rankine.transformer.decode;

import dev.rankine.tensor.random.Philox;
import java.util.Arrays;
import java.util.Comparator;

/**
 * Draws the next symbol from softmax(scores / temperature), cut to the most probable symbols: the first {@code topK} (Fan
 * et al. 2018), and of these the fewest that have {@code topP} of the probability together (Holtzman et al. 2020). A
 * draw depends on the seed, the row's number and the step alone.
 *
 * @param temperature above 0; below 1 sharpens
 * @param topK at least 1; the size of the vocabulary, or more, keeps all
 * @param topP in (0, 1]; 1 keeps all
 * @param seed of the random numbers
 * @param firstRow the number of the batch's first row among all that are written with this seed
 */
public record Sampling(double temperature, int topK, double topP, long seed, long firstRow) implements Search {
    /** The stream of random numbers that belongs to sampling. */
    private static final long STREAM = 0x5A;

    public Sampling {
        if (!(temperature > 0 && temperature < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("the temperature must be above 0, got " + temperature);
        }
        if (topK < 1) {
            throw new IllegalArgumentException("at least 1 symbol must be kept, got top-k " + topK);
        }
        if (!(topP > 0 && topP <= 1)) {
            throw new IllegalArgumentException("top-p must be in (0, 1], got " + topP);
        }
    }

    /** All symbols, the batch's first row being the first of all. */
    public static Sampling of(double temperature, long seed) {
        return new Sampling(temperature, Integer.MAX_VALUE, 1, seed, 0);
    }

    @Override
    public Sampling from(long first) {
        return new Sampling(temperature, topK, topP, seed, firstRow + first);
    }

    Choice choice() {
        return (scores, from, vocabulary, row, step) -> {
            Integer[] order = new Integer[vocabulary];
            Arrays.setAll(order, v -> v);
            Arrays.sort(order, Comparator.comparingDouble(v -> -scores[from + v]));
            double[] kept = kept(scores, from, order);
            double u = Philox.uniform(seed, STREAM, step, firstRow + row, 0)
                    * Arrays.stream(kept).sum();
            double below = 0;
            for (int i = 0; i < kept.length - 1; i++) {
                below += kept[i];
                if (u < below) {
                    return order[i];
                }
            }
            return order[kept.length - 1];
        };
    }

    /** The probabilities of the symbols that stay, falling, not divided by their sum. */
    private double[] kept(float[] scores, int from, Integer[] order) {
        double[] weights = new double[Math.min(topK, order.length)];
        double largest = scores[from + order[0]] / temperature;
        for (int i = 0; i < weights.length; i++) {
            weights[i] = StrictMath.exp(scores[from + order[i]] / temperature - largest);
        }
        double enough = topP * Arrays.stream(weights).sum();
        int count = 0;
        double before = 0;
        while (count < weights.length && before < enough) {
            before += weights[count++];
        }
        return Arrays.copyOf(weights, count);
    }
}
