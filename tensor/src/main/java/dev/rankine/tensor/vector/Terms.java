package dev.rankine.tensor.vector;

import static dev.rankine.tensor.vector.Lanes.COUNT;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Products of one size that are added up in C: the product of [A1 | A2 | ...] with [B1; B2; ...], whose k runs through
 * all of them. A bias or a low-rank update behind a large product so costs a few steps of k and no pass over C.
 *
 * @param factors of the first B, null for none
 * @param ready the panels of the first B if they are packed already, null if not
 *
 * <p>Walked by index: this runs for every block, and an iterator would be garbage.
 */
record Terms(
        List<Product> products,
        @Nullable PanelFactors factors,
        @Nullable Panels ready) {
    static Terms of(Product p) {
        return new Terms(List.of(p), null, null);
    }

    /** How many of {@code steps} steps of k, from {@code k0} on, the ready panels hold. */
    int readySteps(int k0, int steps) {
        return ready == null ? 0 : Math.clamp(first().k() - (long) k0, 0, steps);
    }

    /** Where step {@code k0} of the ready panel with column {@code column} begins. */
    long readyPanel(int column, int k0) {
        Panels all = Objects.requireNonNull(ready);
        return all.address() + column / Packing.PANEL * all.step() + k0 * Packing.PANEL_BYTES;
    }

    /** Where C lies, and what is true for the largest part. */
    Product first() {
        return products.getFirst();
    }

    boolean isSingle() {
        return products.size() == 1;
    }

    /** The length of the common k. */
    int k() {
        int k = 0;
        for (int i = 0; i < products.size(); i++) {
            k += products.get(i).k();
        }
        return k;
    }

    /** Packs {@code rows} rows of the A side by side, k from {@code k0} on for {@code steps} steps; see {@link Packing#rows}. */
    void packRows(int from, int rows, int k0, int steps, float[] to, int at) {
        int start = k0;
        int done = 0;
        for (int i = 0; i < products.size(); i++) {
            Product p = products.get(i);
            int own = Math.clamp(p.k() - (long) start, 0, steps - done);
            if (own > 0) {
                Packing.rows(p, from, rows, start, own, to, at, done, steps);
                done += own;
            }
            start = Math.max(0, start - p.k());
        }
    }

    /** Packs the same steps of a panel of the B below each other; see {@link Packing#panel}. */
    void packPanel(int from, int columns, int k0, int steps, long to, Scratch scratch) {
        int start = k0;
        int done = 0;
        for (int i = 0; i < products.size(); i++) {
            Product p = products.get(i);
            int own = Math.clamp(p.k() - (long) start, 0, steps - done);
            if (own > 0) {
                Packing.panel(p, from, columns, start, own, to + done * Packing.PANEL_BYTES, scratch);
                if (i == 0 && factors != null) {
                    factors.scale(from, columns, start, own, to);
                }
                done += own;
            }
            start = Math.max(0, start - p.k());
        }
    }

    /** Bytes of a packed panel: each part may write up to a whole square of k behind the one before it. */
    long panelBytes(int steps) {
        return Packing.panelBytes(isSingle() ? steps : steps + COUNT);
    }
}
