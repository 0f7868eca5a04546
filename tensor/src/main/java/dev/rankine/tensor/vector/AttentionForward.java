package dev.rankine.tensor.vector;

import static dev.rankine.tensor.DType.F32;

import org.jspecify.annotations.Nullable;

/**
 * out = dropout(softmax(scale q k^T, mask)) v of some heads on one thread. Keys and values are packed once for all queries
 * of their head; probabilities are divided by their sums, dropped and packed in one pass.
 *
 * @param mask null sees all
 * @param out [B, H, T, D]
 * @param kept [B, H, T, 2]: the maximum of each row of scores, and 1 / the sum of its exponentials
 */
record AttentionForward(
        Heads q, Heads k, Heads v, @Nullable Heads mask, float scale, ScoreDropout dropout, Heads out, Heads kept) {
    /** Scores of a block: they and the keys stay in the first cache. */
    private static final int BLOCK = 1 << 13;

    /** Heads {@code from} to {@code end}, counted through all examples. */
    void run(int from, int end, Stage stage, Scratch scratch) {
        if (q.rows() != 1) {
            packed(from, end, stage, scratch);
            return;
        }
        for (int index = from; index < end; index++) {
            one(index, stage, scratch);
        }
    }

    private void packed(int from, int end, Stage stage, Scratch scratch) {
        int most = Heads.near(q.panelBytes() + k.panelBytes() + v.panelBytes());
        long turned = HeadProduct.panelBytes(q.columns(), k.rows());
        long room = scratch.panels(turned + most * (q.panelBytes() + k.panelBytes() + v.panelBytes()));
        int some;
        for (int index = from; index < end; index += some) {
            some = Math.min(most, q.together(index, end));
            long queries = room + turned;
            long keys = queries + some * q.panelBytes();
            long values = keys + some * k.panelBytes();
            HeadProduct.packHeads(q, index, some, queries, scratch);
            HeadProduct.packHeads(k, index, some, keys, scratch);
            HeadProduct.packHeads(v, index, some, values, scratch);
            for (int i = 0; i < some; i++) {
                HeadProduct.turn(keys + i * k.panelBytes(), k.rows(), k.columns(), room, scratch);
                head(index + i, queries + i * q.panelBytes(), room, values + i * v.panelBytes(), stage, scratch);
            }
        }
    }

    private void head(int index, long queries, long keys, long values, Stage stage, Scratch scratch) {
        int together = ScoreRows.together(k.rows(), BLOCK);
        for (int row = 0; row < q.rows(); row += together) {
            block(index, row, Math.min(together, q.rows() - row), queries, keys, values, stage, scratch);
        }
    }

    /** One query reads keys and values where they lie: packing them would cost more. */
    private void one(int index, Stage stage, Scratch scratch) {
        int keys = k.rows();
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
        int count = k.rows();
        int room = HeadProduct.room(rows, q.columns());
        float[] a = scratch.rows(room + HeadProduct.room(rows, count), HeadProduct.ROW_STRIDE);
        HeadProduct.packRows(queries, q.rows(), first, rows, q.columns(), scale, a, 0);
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
