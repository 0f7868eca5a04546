package dev.rankine.tensor.vector;

import java.util.function.Supplier;

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
        long to = scratch.panels(bytes(p));
        for (int q = 0; q < Packing.panels(p.n()); q++) {
            Packing.panel(p, q, to, scratch);
        }
        return to;
    }

    private static long bytes(Product p) {
        return Packing.panels(p.n()) * Packing.panelBytes(p.k());
    }

    /** The product as a step of some rows at a time. */
    static RowStep step(Product p, Supplier<Scratch> scratch, Use... uses) {
        return new RowStep(p.m(), p.work() / RowWork.MULTIPLICATIONS, uses) {
            private long packed;

            @Override
            void begin(Room room) {
                packed = room.take(bytes(p));
            }

            @Override
            int packs() {
                return Packing.panels(p.n());
            }

            @Override
            void pack(int task) {
                Packing.panel(p, task, packed, scratch.get());
            }

            @Override
            void rows(int from, int end) {
                run(p, from, end, packed);
            }
        };
    }

    /** Rows [from, end) of {@code p} with B as {@link #pack} left it. */
    static void run(Product p, int from, int end, long packed) {
        long a = p.a() + from * p.aRow();
        for (int j = 0; j < p.n(); j += WIDTH) {
            long panel = packed + j / Packing.PANEL * Packing.panelBytes(p.k());
            long b = panel + j % Packing.PANEL * (long) Float.BYTES;
            long c = p.c() + from * p.cRow() + j * (long) Float.BYTES;
            RankEightUpdate.rows(end - from, a, p.aRow(), b, Packing.PANEL_BYTES, c, p.cRow(), p.add());
        }
    }
}
