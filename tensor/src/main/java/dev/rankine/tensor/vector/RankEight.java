package dev.rankine.tensor.vector;

/** The product with K = 8, the rank that low-rank updates usually have, by {@link RankEightUpdate}. */
final class RankEight {
    private RankEight() {}

    static boolean fits(Product p) {
        return p.k() == 8 && p.n() % Packing.PANEL == 0 && p.m() >= 4 && p.aRunsAlongK() && p.cRunsAlongN();
    }

    /** Packs all of B and gives the address of its first panel. */
    static long pack(Product p, Scratch scratch) {
        int panels = p.n() / Packing.PANEL;
        long to = scratch.panels(panels * Packing.panelBytes(p.k()));
        for (int q = 0; q < panels; q++) {
            long panel = to + q * Packing.panelBytes(p.k());
            Packing.panel(p, q * Packing.PANEL, Packing.PANEL, 0, p.k(), panel, scratch);
        }
        return to;
    }

    /** All rows of {@code p} with B as {@link #pack} left it. */
    static void run(Product p, long packed) {
        for (int q = 0; q < p.n() / Packing.PANEL; q++) {
            long panel = packed + q * Packing.panelBytes(p.k());
            RankEightUpdate.rows(p.m(), p.a(), p.aRow(), panel, p.c() + q * Packing.PANEL_BYTES, p.cRow(), p.add());
        }
    }
}
