package dev.rankine.lora;

import java.util.Comparator;
import java.util.stream.IntStream;

/** The choice of a given number of triplets among all of a model. */
final class TopTriplets {
    private TopTriplets() {}

    /** How many triplets a density stands for: round(density x triplets). */
    static int count(double density, int triplets) {
        return Math.toIntExact(Math.round(density * triplets));
    }

    /**
     * Marks exactly {@code count} triplets: by score descending, ties by module and place within it.
     *
     * @param scores of all triplets, modules one after the other
     * @throws IllegalStateException if a score is no number
     */
    static boolean[] of(double[] scores, int count) {
        for (int j = 0; j < scores.length; j++) {
            if (Double.isNaN(scores[j])) {
                throw new IllegalStateException(
                        "the score of triplet " + j + " is NaN: training has diverged, lower the learning rate");
            }
        }
        boolean[] kept = new boolean[scores.length];
        IntStream.range(0, scores.length)
                .boxed()
                .sorted(Comparator.comparingDouble(j -> -scores[j]))
                .limit(count)
                .forEach(j -> kept[j] = true);
        return kept;
    }
}
