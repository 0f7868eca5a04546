package dev.rankine.tensor.vector;

import org.jspecify.annotations.Nullable;

/**
 * What becomes of probabilities between softmax and the product with the values.
 *
 * @param dropper null keeps them all
 */
record ScoreDropout(@Nullable Dropper dropper) {
    /** The matrix of the stage for random numbers. */
    private static final int UNIFORM = 2;

    /** Drops probabilities of the first row where they lie. */
    void run(Heads q, int index, int keys, long p, Stage stage) {
        if (dropper != null) {
            dropper.run(q.example(index), position(q, index, 0, keys), p, p, keys, stage);
        }
    }

    /** The place of a row's first score within its example. */
    private static long position(Heads q, int index, int row, int keys) {
        return ((long) q.head(index) * q.rows(index) + row) * keys;
    }

    /**
     * Packs the probabilities that are left of some rows, which are divided by their sums on the way.
     *
     * @param q the queries
     * @param index the head among all
     * @param first the first row
     * @param exponentials what softmax divides
     * @param shares 1 / the sum of each row, every {@code shareStep} bytes
     * @param to packed rows, from {@code at} on
     */
    void pack(
            Heads q,
            int index,
            int first,
            int rows,
            int keys,
            long exponentials,
            long shares,
            long shareStep,
            float[] to,
            int at,
            Stage stage) {
        if (dropper == null) {
            ScoreRows.pack(exponentials, shares, shareStep, rows, keys, to, at);
            return;
        }
        long room = stage.matrix(UNIFORM, Dropper.room(rows * keys));
        long uniform = dropper.uniform(q.example(index), position(q, index, first, keys), room, rows * keys);
        ScoreRows.packDropped(
                exponentials, uniform, dropper.threshold(), dropper.factor(), shares, shareStep, rows, keys, to, at);
    }
}
