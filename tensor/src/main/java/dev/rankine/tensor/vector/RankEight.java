package dev.rankine.tensor.vector;

/** The product with K = 8, the rank that low-rank updates usually have, by {@link RankEightUpdate}. */
final class RankEight {
    /** Columns whose part of B fits into half of the registers. */
    private static final int WIDTH = 2 * Lanes.COUNT;

    private RankEight() {}

    static boolean fits(Product p) {
        return p.k() == 8 && p.n() % WIDTH == 0 && p.m() >= 4 && p.aRunsAlongK() && p.cRunsAlongN();
    }

    /** Packs all of B and gives the address of its first panel. */
    static long pack(Product p, Scratch scratch) {
        int panels = (p.n() + Packing.PANEL - 1) / Packing.PANEL;
        long to = scratch.panels(panels * Packing.panelBytes(p.k()));
        for (int q = 0; q < panels; q++) {
            int from = q * Packing.PANEL;
            int width = Math.min(Packing.PANEL, p.n() - from);
            Packing.panel(p, from, width, 0, p.k(), to + q * Packing.panelBytes(p.k()), scratch);
        }
        return to;
    }

    /** All rows of {@code p} with B as {@link #pack} left it. */
    static void run(Product p, long packed) {
        for (int j = 0; j < p.n(); j += WIDTH) {
            long panel = packed + j / Packing.PANEL * Packing.panelBytes(p.k());
            long b = panel + j % Packing.PANEL * (long) Float.BYTES;
            long c = p.c() + j * (long) Float.BYTES;
            RankEightUpdate.rows(p.m(), p.a(), p.aRow(), b, Packing.PANEL_BYTES, c, p.cRow(), p.add());
        }
    }
}
