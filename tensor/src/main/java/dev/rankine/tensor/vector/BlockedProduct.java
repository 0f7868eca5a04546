package dev.rankine.tensor.vector;

import static dev.rankine.tensor.vector.Lanes.ALL;
import static dev.rankine.tensor.vector.Lanes.COUNT;
import static dev.rankine.tensor.vector.Lanes.ORDER;
import static dev.rankine.tensor.vector.Lanes.SPECIES;

import java.util.function.Supplier;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/**
 * The general product by blocks: a panel of B stays in the first cache, a block of A in the second, a tile of C in
 * registers (Goto and van de Geijn 2008; Van Zee and van de Geijn 2015). Every element of C is the sum over k in
 * order, in runs of {@link #depth}: blocking of rows and columns does not change a bit.
 */
final class BlockedProduct {
    /** Columns of B that are packed at once. */
    private static final int MAX_COLUMNS = 3072;
    /** Up to this many rows of A a whole panel of B is read where it lies; packing it would cost more. */
    private static final int UNPACKED_ROWS = 24;

    private static final int UNPACKED_DEPTH = 128;
    /** Machines with vectors this long have 32 registers, enough for 24 accumulators. */
    private static final boolean TALL_TILES = COUNT >= 16;
    /** Elements of B from which packing is shared out. */
    private static final int SHARED_PACKING = 1 << 16;
    /** Multiplications of a block that are worth handing to a thread. */
    private static final long BLOCK_WORK = 1 << 19;

    private static final int WANTED_BLOCKS = 32;

    private BlockedProduct() {}

    /**
     * Steps of k that are summed in registers, in equal runs. Where B is read in place they are fewer, so that the
     * lines beside a panel are still near when the next panel wants them.
     */
    private static int depth(Terms terms) {
        int most = readsInPlace(terms) ? UNPACKED_DEPTH : Packing.MAX_DEPTH;
        int k = terms.k();
        int runs = (k + most - 1) / most;
        return Packing.roundUp((k + runs - 1) / runs, 16);
    }

    /** On the calling thread. */
    static void run(Terms terms, Scratch scratch) {
        Product p = terms.first();
        int total = terms.k();
        int depth = depth(terms);
        for (int j0 = 0; j0 < p.n(); j0 += MAX_COLUMNS) {
            int columns = Math.min(MAX_COLUMNS, p.n() - j0);
            for (int k0 = 0; k0 < total; k0 += depth) {
                int steps = Math.min(depth, total - k0);
                if (readsInPlace(terms)) {
                    block(terms, 0, p.m(), j0, columns, k0, steps, 0, scratch);
                    continue;
                }
                long panels = scratch.panels(panels(columns) * terms.panelBytes(steps));
                for (int q = 0; q < panels(columns); q++) {
                    pack(terms, j0, columns, k0, steps, q, panels, scratch);
                }
                for (int i0 = 0; i0 < p.m(); i0 += Packing.MAX_ROWS) {
                    block(terms, i0, Math.min(Packing.MAX_ROWS, p.m() - i0), j0, columns, k0, steps, panels, scratch);
                }
            }
        }
    }

    /** On all threads: B is packed once for all, then blocks of C are shared out. */
    static void run(Terms terms, WorkerPool pool, Supplier<Scratch> scratch) {
        Product p = terms.first();
        int total = terms.k();
        int depth = depth(terms);
        int height = p.m() >= WANTED_BLOCKS * Packing.MAX_ROWS ? Packing.MAX_ROWS : Packing.MAX_ROWS / 2;
        int down = (p.m() + height - 1) / height;
        for (int j0 = 0; j0 < p.n(); j0 += MAX_COLUMNS) {
            int first = j0;
            int columns = Math.min(MAX_COLUMNS, p.n() - j0);
            for (int k0 = 0; k0 < total; k0 += depth) {
                int begin = k0;
                int steps = Math.min(depth, total - k0);
                long panels = readsInPlace(terms) ? 0 : packAll(terms, j0, columns, k0, steps, pool, scratch);
                int width = blockWidth(height, columns, steps, down);
                int across = (columns + width - 1) / width;
                pool.run(down * across, q -> {
                    int i0 = q / across * height;
                    int within = q % across * width;
                    int rows = Math.min(height, p.m() - i0);
                    long mine = panels == 0 ? 0 : panels + within / Packing.PANEL * terms.panelBytes(steps);
                    block(
                            terms,
                            i0,
                            rows,
                            first + within,
                            Math.min(width, columns - within),
                            begin,
                            steps,
                            mine,
                            scratch.get());
                });
            }
        }
    }

    /** Columns of a block: all of them if there are rows enough to share out, else fewer, but with work enough. */
    private static int blockWidth(int height, int columns, int steps, int down) {
        int wanted = Math.max(1, WANTED_BLOCKS / down);
        long affordable = Math.max(1, (long) height * columns * steps / BLOCK_WORK);
        int across = (int) Math.min(wanted, affordable);
        return Packing.roundUp((columns + across - 1) / across, Packing.PANEL);
    }

    private static long packAll(
            Terms terms, int j0, int columns, int k0, int steps, WorkerPool pool, Supplier<Scratch> scratch) {
        int count = panels(columns);
        long panels = scratch.get().panels(count * terms.panelBytes(steps));
        int together = Math.max(1, SHARED_PACKING / 8 / (steps * Packing.PANEL));
        if ((long) columns * steps < SHARED_PACKING) {
            together = count;
        }
        int each = together;
        pool.run((count + each - 1) / each, share -> {
            Scratch mine = scratch.get();
            for (int q = share * each; q < Math.min(count, (share + 1) * each); q++) {
                pack(terms, j0, columns, k0, steps, q, panels, mine);
            }
        });
        return panels;
    }

    private static void pack(Terms terms, int j0, int columns, int k0, int steps, int q, long panels, Scratch scratch) {
        int from = q * Packing.PANEL;
        int width = Math.min(Packing.PANEL, columns - from);
        terms.packPanel(j0 + from, width, k0, steps, panels + q * terms.panelBytes(steps), scratch);
    }

    private static int panels(int columns) {
        return (columns + Packing.PANEL - 1) / Packing.PANEL;
    }

    private static boolean readsInPlace(Terms terms) {
        return terms.isSingle() && terms.first().bRunsAlongN() && terms.first().m() <= UNPACKED_ROWS;
    }

    /** A block of C; {@code panels} is the address of its first packed panel, or 0 to read B where it lies. */
    private static void block(
            Terms terms, int i0, int rows, int j0, int columns, int k0, int steps, long panels, Scratch scratch) {
        Product p = terms.first();
        terms.packRows(i0, rows, k0, steps, scratch);
        boolean add = p.add() || k0 > 0;
        for (int j = 0; j < columns; j += Packing.PANEL) {
            int width = Math.min(Packing.PANEL, columns - j);
            long c = p.c() + i0 * p.cRow() + (j0 + j) * p.cColumn();
            long b = panels + j / Packing.PANEL * terms.panelBytes(steps);
            long bStep = Packing.PANEL_BYTES;
            if (panels == 0) {
                b = p.b() + (j0 + j) * p.bColumn() + k0 * p.bRow();
                bStep = p.bRow();
                if (width != Packing.PANEL && width != COUNT) {
                    // a whole vector would reach beyond the end of B
                    b = scratch.panels(Packing.panelBytes(steps));
                    bStep = Packing.PANEL_BYTES;
                    Packing.panel(p, j0 + j, width, k0, steps, b, scratch);
                }
            }
            column(rows, steps, scratch, b, bStep, c, p, width, add);
        }
    }

    /** All packed rows of A against one panel of B. */
    private static void column(
            int rows, int steps, Scratch scratch, long b, long bStep, long c, Product p, int width, boolean add) {
        boolean wide = width > COUNT;
        boolean whole = p.cRunsAlongN() && (width == Packing.PANEL || width == COUNT);
        int i = 0;
        while (i < rows) {
            int tile = tileRows(rows - i);
            boolean direct = whole && tile <= rows - i;
            long to = direct ? c + i * p.cRow() : scratch.tile;
            long toStep = direct ? p.cRow() : Packing.PANEL_BYTES;
            if (wide) {
                wide(tile, steps, scratch.packedA, i * Packing.ROW_STRIDE, b, bStep, to, toStep, direct && add);
            } else {
                narrow(tile, steps, scratch.packedA, i * Packing.ROW_STRIDE, b, bStep, to, toStep, direct && add);
            }
            if (!direct) {
                spill(scratch.tile, Math.min(tile, rows - i), width, c + i * p.cRow(), p, add);
            }
            i += tile;
        }
    }

    private static int tileRows(int left) {
        if (TALL_TILES) {
            return left >= 12 ? 12 : left >= 8 ? 8 : 4;
        }
        return left >= 6 ? 6 : 4;
    }

    private static void wide(
            int tile, int steps, float[] a, int at, long b, long bStep, long c, long cStep, boolean add) {
        switch (tile) {
            case 12 -> WideTiles.rows12(steps, a, at, b, bStep, c, cStep, add);
            case 8 -> WideTiles.rows8(steps, a, at, b, bStep, c, cStep, add);
            case 6 -> WideTiles.rows6(steps, a, at, b, bStep, c, cStep, add);
            default -> WideTiles.rows4(steps, a, at, b, bStep, c, cStep, add);
        }
    }

    private static void narrow(
            int tile, int steps, float[] a, int at, long b, long bStep, long c, long cStep, boolean add) {
        switch (tile) {
            case 12 -> NarrowTiles.rows12(steps, a, at, b, bStep, c, cStep, add);
            case 8 -> NarrowTiles.rows8(steps, a, at, b, bStep, c, cStep, add);
            case 6 -> NarrowTiles.rows6(steps, a, at, b, bStep, c, cStep, add);
            default -> NarrowTiles.rows4(steps, a, at, b, bStep, c, cStep, add);
        }
    }

    /** Moves a tile that reaches over the border of C, or whose columns are apart, to where it belongs. */
    private static void spill(long tile, int rows, int columns, long c, Product p, boolean add) {
        if (!p.cRunsAlongN()) {
            for (int i = 0; i < rows; i++) {
                for (int j = 0; j < columns; j++) {
                    long place = c + i * p.cRow() + j * p.cColumn();
                    float value = Lanes.get(tile + i * Packing.PANEL_BYTES + j * (long) Float.BYTES);
                    Lanes.set(place, add ? Lanes.get(place) + value : value);
                }
            }
            return;
        }
        for (int j = 0; j < columns; j += COUNT) {
            VectorMask<Float> mask = Lanes.first(Math.min(COUNT, columns - j));
            for (int i = 0; i < rows; i++) {
                long place = c + i * p.cRow() + j * (long) Float.BYTES;
                FloatVector v = Lanes.load(tile + i * Packing.PANEL_BYTES + j * (long) Float.BYTES);
                if (add) {
                    v = v.add(FloatVector.fromMemorySegment(SPECIES, ALL, place, ORDER, mask));
                }
                v.intoMemorySegment(ALL, place, ORDER, mask);
            }
        }
    }
}
