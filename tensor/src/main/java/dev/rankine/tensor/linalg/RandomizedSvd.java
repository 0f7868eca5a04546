package dev.rankine.tensor.linalg;

import dev.rankine.tensor.random.Philox;
import java.util.Arrays;

/**
 * The first singular triplets of a matrix, nearly and fast (Halko, Martinsson and Tropp, "Finding structure with randomness",
 * 2011, algorithms 4.4 and 5.1): the columns of A O, for a random O[N, k] a little wider than what is asked for, span about
 * what the first left singular vectors span, the more so after some rounds of multiplication with A A^T. With Q an orthonormal
 * basis of that, A is about Q (Q^T A), which {@link Svd#ofProduct} decomposes exactly.
 *
 * <p>Costs 4 M N k operations for each round, where {@link Svd#of} needs some ten times M N min(M, N). Exact up to rounding where
 * the rank of A is at most k.
 */
public final class RandomizedSvd {
    private static final int OVERSAMPLING = 10;
    private static final long STREAM = 0x7273_7664L;

    private RandomizedSvd() {}

    /**
     * The first {@code count} triplets.
     *
     * @param rounds of multiplication with A A^T; each brings the error nearer to that of the exact triplets
     * @param seed the same seed gives the same bits
     * @throws IllegalArgumentException if a value is infinite or no number, or there are fewer triplets
     */
    public static Svd of(Matrix a, int count, int rounds, long seed) {
        a.requireFinite("singular values");
        int all = Math.min(a.rows(), a.columns());
        if (count < 0 || count > all) {
            throw new IllegalArgumentException("a matrix of " + a + " has " + all + " singular values, not " + count);
        }
        int width = Math.min(all, count + OVERSAMPLING);
        double[] random = new double[a.columns() * width];
        Arrays.setAll(random, i -> Philox.normal(seed, STREAM, 0, 0, i));
        Matrix flipped = a.transpose();
        Matrix q = Qr.of(a.times(Matrix.of(a.columns(), width, random))).q();
        for (int round = 0; round < rounds; round++) {
            Matrix other = Qr.of(flipped.times(q)).q();
            q = Qr.of(a.times(other)).q();
        }
        return Svd.ofProduct(q, q.transpose().times(a)).truncated(count);
    }
}
