package dev.rankine.lora;

import dev.rankine.transformer.site.LinearSite;

/** The checks that settings of low-rank methods have in common. */
final class LowRankSettings {
    private LowRankSettings() {}

    static void check(int rank, double alpha, double dropout) {
        if (rank < 1) {
            throw new IllegalArgumentException("rank must be at least 1, got " + rank);
        }
        if (!(alpha > 0 && Double.isFinite(alpha))) {
            throw new IllegalArgumentException("alpha must be above 0, got " + alpha);
        }
        if (!(dropout >= 0 && dropout < 1)) {
            throw new IllegalArgumentException("dropout must be in [0, 1), got " + dropout);
        }
    }

    static void checkFits(int rank, LinearSite site) {
        int largest = Math.min(site.inputs(), site.outputs());
        if (rank < 1 || rank > largest) {
            throw new IllegalArgumentException("rank " + rank + " does not fit " + site.path() + " "
                    + site.weight().shape() + ": it must be 1 to " + largest);
        }
    }

    /** Refuses a density that keeps none of the triplets. */
    static int requireSome(String method, double density, int triplets) {
        int kept = TopTriplets.count(density, triplets);
        if (kept < 1) {
            throw new IllegalArgumentException(
                    method + ": density " + density + " of " + triplets + " triplets keeps none: raise it or the rank");
        }
        return kept;
    }

    static void checkDensity(double density) {
        if (!(density > 0 && density <= 1)) {
            throw new IllegalArgumentException("density must be in (0, 1], got " + density);
        }
    }
}
