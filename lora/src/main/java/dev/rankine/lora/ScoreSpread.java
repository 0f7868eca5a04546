package dev.rankine.lora;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How far the scores of the triplets of a model lie apart, for the log: what one number would not tell.
 *
 * @param low a tenth of the scores are below
 * @param median half are
 * @param high nine tenths are
 */
record ScoreSpread(double low, double median, double high) {
    /** @param scores at least one; between two of them quantiles are interpolated */
    static ScoreSpread of(double... scores) {
        double[] sorted = scores.clone();
        Arrays.sort(sorted);
        return new ScoreSpread(quantile(sorted, .1), quantile(sorted, .5), quantile(sorted, .9));
    }

    private static double quantile(double[] sorted, double share) {
        double place = share * (sorted.length - 1);
        int below = (int) place;
        int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
    }

    /** The log's numbers of a quantity: its name with {@code _low}, {@code _median} and {@code _high}. */
    Map<String, Double> named(String quantity) {
        Map<String, Double> numbers = new LinkedHashMap<>();
        numbers.put(quantity + "_low", low);
        numbers.put(quantity + "_median", median);
        numbers.put(quantity + "_high", high);
        return numbers;
    }
}
