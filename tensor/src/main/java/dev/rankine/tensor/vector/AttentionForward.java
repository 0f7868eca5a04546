package dev.rankine.tensor.vector;

import static dev.rankine.tensor.DType.F32;

import org.jspecify.annotations.Nullable;

/**
 * out = dropout(softmax(scale q k^T, mask)) v of some heads on one thread. Keys and values are packed once for all queries
 * of their head; probabilities are divided by their sums, dropped and packed in one pass.
 *
 * @param mask null sees all
 * @param out the heads' rows of D
 * @param kept the heads' rows of 2: the maximum of each row of scores, and 1 / the sum of its exponentials
 */
record AttentionForward(
        Heads q, Heads k, Heads v, @Nullable Heads mask, float scale, ScoreDropout dropout, Heads out, Heads kept) {
    /** Scores of a block: they and the keys stay in the first cache. */
    private static final int BLOCK = 1 << 13;

    /** Heads {@code from} to {@code end}, counted through all examples. */
    void run(int from, int end, Stage stage, Scratch scratch) {
        int some;
        for (int index = from; index < end; index += some) {
            some = 1;
            if (q.rows(index) == 1) {
                one(index, stage, scratch);
            } else {
                some = together(index, end);
                packed(index, some, stage, scratch);
            }
        }
    }

    /** Heads of the same example, so of the same form, that are packed at once. */
    private int together(int index, int end) {
        long each = q.panelBytes(index) + k.panelBytes(index) + v.panelBytes(index);
        return Math.min(Heads.near(each), q.together(index, end));
    }

    private void packed(int index, int some, Stage stage, Scratch scratch) {
        long ofQueries = q.panelBytes(index);
        long ofKeys = k.panelBytes(index);
        long ofValues = v.panelBytes(index);
        long turned = HeadProduct.panelBytes(q.columns(), k.rows(index));
        long room = scratch.panels(turned + some * (ofQueries + ofKeys + ofValues));
        long queries = room + turned;
        long keys = queries + some * ofQueries;
        long values = keys + some * ofKeys;
        HeadProduct.packHeads(q, index, some, queries, scratch);
        HeadProduct.packHeads(k, index, some, keys, scratch);
        HeadProduct.packHeads(v, index, some, values, scratch);
        for (int i = 0; i < some; i++) {
            HeadProduct.turn(keys + i * ofKeys, k.rows(index), k.columns(), room, scratch);
            head(index + i, queries + i * ofQueries, room, values + i * ofValues, stage, scratch);
        }
    }

    private void head(int index, long queries, long keys, long values, Stage stage, Scratch scratch) {
        int rows = q.rows(index);
        int together = ScoreRows.together(k.rows(index), BLOCK);
        for (int row = 0; row < rows; row += together) {
            block(index, row, Math.min(together, rows - row), queries, keys, values, stage, scratch);
        }
    }

    /** One query reads keys and values where they lie: packing them would cost more. */
    private void one(int index, Stage stage, Scratch scratch) {
        int keys = k.rows(index);
        int d = q.columns();
        int width = v.columns();
        long p = stage.matrix(0, 4L * keys);
        Gemm.alone(
                new Product(
                        1, keys, d, q.at(index), q.step(), 4, F32, k.at(index), 4, k.step(), p, 4L * keys, 4, false),
                scratch);
        Softmax.row(p, scale, mask == null ? Softmax.NO_MASK : mask.at(index), p, keys, kept.at(index));
        dropout.run(q, index, keys, p, stage);
        Gemm.alone(
                new Product(
                        1,
                        width,
                        keys,
                        p,
                        4L * keys,
                        4,
                        F32,
                        v.at(index),
                        v.step(),
                        4,
                        out.at(index),
                        4L * width,
                        4,
                        false),
                scratch);
    }

    private void block(
            int index, int first, int rows, long queries, long keys, long values, Stage stage, Scratch scratch) {
        int count = k.rows(index);
        int room = HeadProduct.room(rows, q.columns());
        float[] a = scratch.rows(room + HeadProduct.room(rows, count), HeadProduct.ROW_STRIDE);
        HeadProduct.packRows(queries, q.rows(index), first, rows, q.columns(), scale, a, 0);
        long scores = ScoreRows.product(0, rows, count, q.columns(), a, 0, keys, stage, scratch);
        long maxima = kept.at(index, first);
        long shares = maxima + Float.BYTES;
        ScoreRows.hide(scores, mask, index, first, rows, count);
        ScoreRows.maxima(scores, mask != null, maxima, kept.step(), rows, count);
        ScoreRows.exponentials(scores, maxima, kept.step(), rows, count, shares);
        int left = room * HeadProduct.ROW_STRIDE;
        dropout.pack(q, index, first, rows, count, scores, shares, kept.step(), a, left, stage);
        long to = out.at(index, first);
        HeadProduct.multiply(rows, v.columns(), count, a, left, values, to, out.step(), scratch);
    }
}
