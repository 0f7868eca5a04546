package dev.rankine.lora;

import java.util.Arrays;
import java.util.List;

/**
 * How salient every singular value was over a window, for SalientLoRA: by its size while the singular vectors were orthogonal,
 * and by how many others it drives.
 *
 * <pre>{@code
 * OAM_kj = sum_t w_t |e_kjt| / sum_j' sum_t w_t |e_kj't|     orthogonality-aware magnitude, a share of its matrix
 * ID_i                                                       influence domain, a share of the model, see DependencyGraph
 * S      = lambda OAM + (1 - lambda) M ID                    over M matrices, so that both have the same mean
 * }</pre>
 *
 * @param lambda share of the magnitude, in [0, 1]
 * @param beta least correlation of an edge
 * @param gamma least slope of an edge
 */
record Salience(double lambda, double beta, double gamma) {
    /** With fewer points every correlation is 1 or -1, or there is none. */
    private static final int SHORTEST = 3;

    Salience {
        if (!(lambda >= 0 && lambda <= 1)) {
            throw new IllegalArgumentException("lambda must be in [0, 1], got " + lambda);
        }
        if (!(beta >= -1 && beta <= 1)) {
            throw new IllegalArgumentException("beta, a correlation, must be in [-1, 1], got " + beta);
        }
        if (!(gamma > 0 && Double.isFinite(gamma))) {
            throw new IllegalArgumentException("gamma, a slope, must be above 0, got " + gamma);
        }
    }

    /**
     * S of every triplet.
     *
     * @param values of the N triplets over the T steps of a window, [N][T]
     * @param residuals R of each step, [T]: how far the singular vectors were from orthogonal
     * @param ranks how many triplets each matrix has, in their order
     */
    double[] of(double[][] values, double[] residuals, List<Integer> ranks) {
        double[] salience = magnitudes(values, orthogonalityWeights(residuals), ranks);
        double[] influence = residuals.length < SHORTEST ? new double[values.length] : influence(values);
        for (int j = 0; j < salience.length; j++) {
            salience[j] = lambda * salience[j] + (1 - lambda) * ranks.size() * influence[j];
        }
        return salience;
    }

    /** ID of every triplet. */
    double[] influence(double[][] values) {
        return DependencyGraph.of(values, beta, gamma).withoutCycles().influence();
    }

    /**
     * w_t = (q_t - min q) / (max q - min q) with q_t = sum R / R_t: 1 where the vectors were most orthogonal, 0 where least.
     * All 1 if they were equally so.
     */
    static double[] orthogonalityWeights(double... residuals) {
        double least = Arrays.stream(residuals).min().orElse(0);
        double most = Arrays.stream(residuals).max().orElse(0);
        // the formula times R_t min R max R, so that R_t = 0 needs no case of its own but this
        return Arrays.stream(residuals)
                .map(r -> r == least ? 1 : least * (most - r) / (r * (most - least)))
                .toArray();
    }

    /** OAM of every triplet; 0 in a matrix whose values were all 0. */
    static double[] magnitudes(double[][] values, double[] weights, List<Integer> ranks) {
        double[] magnitudes = new double[values.length];
        for (int j = 0; j < values.length; j++) {
            for (int t = 0; t < weights.length; t++) {
                magnitudes[j] += weights[t] * Math.abs(values[j][t]);
            }
        }
        int from = 0;
        for (int rank : ranks) {
            double total = Arrays.stream(magnitudes, from, from + rank).sum();
            for (int j = from; j < from + rank; j++) {
                magnitudes[j] = total == 0 ? 0 : magnitudes[j] / total;
            }
            from += rank;
        }
        return magnitudes;
    }
}
