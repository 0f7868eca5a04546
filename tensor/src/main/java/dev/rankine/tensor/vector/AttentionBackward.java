package dev.rankine.tensor.vector;

import org.jspecify.annotations.Nullable;

/**
 * dQ, dK and dV of some heads on one thread. A block of queries makes its probabilities once more from what was kept (Dao et
 * al. 2022; here a block holds all keys of its queries, so no sum has to be corrected), adds its share to dV = P'^T dO, where
 * P' is what dropout left of them, and has from dP = dO V^T the gradient of its scores, scale (P' dP - P sum(P' dP)), from
 * which come its dQ and its share of dK. Random numbers are needed for P' alone.
 *
 * @param mask null sees all
 * @param kept what {@link AttentionForward} kept
 */
record AttentionBackward(
        Heads q,
        Heads k,
        Heads v,
        @Nullable Heads mask,
        float scale,
        ScoreDropout dropout,
        Heads kept,
        Heads dOut,
        Heads dQ,
        Heads dK,
        Heads dV) {
    /** Scores of a block: with what is made of them they fit into the second cache. */
    private static final int BLOCK = 1 << 14;

    /** Heads {@code from} to {@code end}, counted through all examples. */
    void run(int from, int end, Stage stage, Scratch scratch) {
        int some;
        for (int index = from; index < end; index += some) {
            long each = q.panelBytes(index) + k.panelBytes(index) + v.panelBytes(index) + dOut.panelBytes(index);
            some = Math.min(Heads.near(each), q.together(index, end));
            packed(index, some, scratch.panels(turned(index) + some * each), stage, scratch);
        }
    }

    /** Bytes of keys and values that are turned. */
    private long turned(int index) {
        return HeadProduct.panelBytes(q.columns(), k.rows(index)) + HeadProduct.panelBytes(v.columns(), k.rows(index));
    }

    /** Some heads of the same example, so of the same form. */
    private void packed(int index, int some, long room, Stage stage, Scratch scratch) {
        int count = k.rows(index);
        long turnedValues = room + HeadProduct.panelBytes(q.columns(), count);
        long queries = room + turned(index);
        long keys = queries + some * q.panelBytes(index);
        long values = keys + some * k.panelBytes(index);
        long gradients = values + some * v.panelBytes(index);
        HeadProduct.packHeads(q, index, some, queries, scratch);
        HeadProduct.packHeads(k, index, some, keys, scratch);
        HeadProduct.packHeads(v, index, some, values, scratch);
        HeadProduct.packHeads(dOut, index, some, gradients, scratch);
        for (int i = 0; i < some; i++) {
            Panels panels = new Panels(
                    room,
                    turnedValues,
                    queries + i * q.panelBytes(index),
                    keys + i * k.panelBytes(index),
                    gradients + i * dOut.panelBytes(index));
            HeadProduct.turn(panels.keys, count, k.columns(), panels.turnedKeys, scratch);
            HeadProduct.turn(values + i * v.panelBytes(index), count, v.columns(), panels.turnedValues, scratch);
            head(index + i, panels, stage, scratch);
        }
    }

    /** Where the packed operands of a head lie. */
    private record Panels(long turnedKeys, long turnedValues, long queries, long keys, long gradients) {}

    private void head(int index, Panels panels, Stage stage, Scratch scratch) {
        int rows = q.rows(index);
        int together = ScoreRows.together(k.rows(index), BLOCK);
        // without a query the sums over the queries are empty, not left out
        for (int row = 0; row == 0 || row < rows; row += together) {
            block(index, row, Math.min(together, rows - row), panels, stage, scratch);
        }
    }

    private void block(int index, int first, int rows, Panels panels, Stage stage, Scratch scratch) {
        int keys = k.rows(index);
        int d = q.columns();
        int width = v.columns();
        int gradients = HeadProduct.room(rows, d) * HeadProduct.ROW_STRIDE;
        int left = gradients + HeadProduct.room(rows, width) * HeadProduct.ROW_STRIDE;
        float[] a = scratch.rows(
                HeadProduct.room(rows, d) + HeadProduct.room(rows, width) + HeadProduct.room(rows, keys),
                HeadProduct.ROW_STRIDE);
        HeadProduct.packRows(panels.queries, q.rows(index), first, rows, d, scale, a, 0);
        HeadProduct.packRows(panels.gradients, q.rows(index), first, rows, width, 1, a, gradients);
        long exponentials = ScoreRows.product(0, rows, keys, d, a, 0, panels.turnedKeys, stage, scratch);
        long maxima = kept.at(index, first);
        long shares = maxima + Float.BYTES;
        ScoreRows.hide(exponentials, mask, index, first, rows, keys);
        ScoreRows.exponentials(exponentials, maxima, kept.step(), rows, keys, Softmax.NOT_KEPT);
        dropout.pack(q, index, first, rows, keys, exponentials, shares, kept.step(), a, left, stage);
        boolean add = first > 0;
        long queriesAt = panels.queries + first * Packing.PANEL_BYTES;
        long gradientsAt = panels.gradients + first * Packing.PANEL_BYTES;
        long panel = Packing.panelBytes(q.rows(index));
        HeadProduct.multiplyTurned(
                keys, width, rows, a, left, gradientsAt, panel, dV.at(index), dV.step(), add, scratch);
        long dP = ScoreRows.product(1, rows, keys, width, a, gradients, panels.turnedValues, stage, scratch);
        ScoreRows.gradients(a, left, exponentials, shares, kept.step(), dP, scale, rows, keys, stage.slot(0));
        HeadProduct.multiply(rows, d, keys, a, left, panels.keys, dQ.at(index, first), dQ.step(), scratch);
        HeadProduct.multiplyTurned(keys, d, rows, a, left, queriesAt, panel, dK.at(index), dK.step(), add, scratch);
    }
}
