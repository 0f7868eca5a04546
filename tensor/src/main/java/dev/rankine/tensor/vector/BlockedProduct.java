package dev.rankine.tensor.vector;

import static dev.rankine.tensor.vector.Lanes.COUNT;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The general product by blocks: some panels of B stay in the second cache while the rows of A pass by, a tile of C stays
 * in registers (Goto and van de Geijn 2008; Van Zee and van de Geijn 2015). Every element of C is the sum over k in
 * order, from what C held on: how it is cut does not change a bit.
 */
final class BlockedProduct {
    /** Columns of B that are packed at once. */
    private static final int MAX_COLUMNS = 3072;
    /** Rows of A that are packed at once. */
    private static final int MAX_ROWS = 2064;
    /** Bytes of the panels that rows of A pass by: half of a second cache. */
    private static final int NEAR = 1 << 20;
    /** Up to this many rows of A a whole panel of B is read where it lies; packing it would cost more. */
    private static final int UNPACKED_ROWS = 24;

    private static final int UNPACKED_DEPTH = 128;
    /** Elements from which packing is shared out. */
    private static final int SHARED_PACKING = 1 << 15;
    /** Rows of A that are packed or multiplied at once by a thread; a multiple of every tile's. */
    private static final int ROWS = 24;
    /** Multiplications of a block that are worth handing to a thread. */
    private static final long BLOCK_WORK = 1 << 19;

    private static final int WANTED_BLOCKS = 32;

    private BlockedProduct() {}

    /** Threads and the memory of each. */
    record Team(WorkerPool pool, Supplier<Scratch> scratch) {}

    /**
     * Steps of k that are summed in registers, in equal runs. Where B is read in place they are fewer, so that the
     * lines beside a panel are still near when the next panel wants them.
     */
    private static int depth(Terms terms) {
        int most = readsInPlace(terms) ? UNPACKED_DEPTH : Packing.MAX_DEPTH;
        return part(terms.k(), most, 16);
    }

    /** The length of equal parts of {@code whole}, each at most {@code most}, but for rounding up. */
    private static int part(int whole, int most, int multiple) {
        int parts = (whole + most - 1) / most;
        return Packing.roundUp((whole + parts - 1) / parts, multiple);
    }

    /** @param team who helps, null to stay on the calling thread */
    static void run(Terms terms, Scratch own, @Nullable Team team) {
        if (readsInPlace(terms)) {
            runInPlace(terms, own, team);
            return;
        }
        Product p = terms.first();
        int depth = depth(terms);
        int across = part(p.n(), MAX_COLUMNS, Packing.PANEL);
        int down = part(p.m(), MAX_ROWS, ROWS);
        for (int j0 = 0; j0 < p.n(); j0 += across) {
            int columns = Math.min(across, p.n() - j0);
            for (int k0 = 0; k0 < terms.k(); k0 += depth) {
                int steps = Math.min(depth, terms.k() - k0);
                int toPack = steps - terms.readySteps(k0, steps);
                long panels = own.panels(panels(columns) * terms.panelBytes(toPack));
                for (int i0 = 0; i0 < p.m(); i0 += down) {
                    int rows = Math.min(down, p.m() - i0);
                    float[] a = own.rows(rows);
                    PackedStep step = new PackedStep(terms, i0, rows, j0, columns, k0, steps, a, panels);
                    pack(step, i0 == 0 && toPack > 0 ? panels(columns) : 0, own, team);
                    multiply(step, own, team);
                }
            }
        }
    }

    private static int panels(int columns) {
        return (columns + Packing.PANEL - 1) / Packing.PANEL;
    }

    /** Packs all rows and the first {@code panels} panels. */
    private static void pack(PackedStep step, int panels, Scratch own, @Nullable Team team) {
        long numbers = (long) panels * Packing.PANEL * step.stepsToPack() + (long) step.rows() * step.steps();
        if (team == null || numbers < SHARED_PACKING) {
            for (int q = 0; q < panels; q++) {
                step.packPanel(q, own);
            }
            step.packRows(0, step.rows(), own);
            return;
        }
        int together = Math.max(1, SHARED_PACKING / 4 / (Math.max(1, step.stepsToPack()) * Packing.PANEL));
        int shares = (panels + together - 1) / together;
        team.pool.run(shares + (step.rows() + ROWS - 1) / ROWS, share -> {
            Scratch mine = team.scratch.get();
            for (int q = share * together; q < Math.min(panels, (share + 1) * together); q++) {
                step.packPanel(q, mine);
            }
            int row = (share - shares) * ROWS;
            if (row >= 0) {
                step.packRows(row, Math.min(ROWS, step.rows() - row), mine);
            }
        });
    }

    private static void multiply(PackedStep step, Scratch own, @Nullable Team team) {
        int rows = step.rows();
        int columns = step.columns();
        int near = part(columns, NEAR / (Float.BYTES * step.steps()), Packing.PANEL);
        if (team == null) {
            for (int j = 0; j < columns; j += near) {
                step.multiply(0, rows, j, Math.min(near, columns - j), own);
            }
            return;
        }
        int height = rows >= WANTED_BLOCKS * 2 * ROWS ? 2 * ROWS : ROWS;
        int down = (rows + height - 1) / height;
        int width = Math.min(near, blockWidth(height, columns, step.steps(), down));
        // all threads work on the same columns, then on the next
        team.pool.run(down * ((columns + width - 1) / width), q -> {
            int i = q % down * height;
            int j = q / down * width;
            step.multiply(i, Math.min(height, rows - i), j, Math.min(width, columns - j), team.scratch.get());
        });
    }

    /** Columns of a block: all of them if there are rows enough to share out, else fewer, but with work enough. */
    private static int blockWidth(int height, int columns, int steps, int down) {
        int wanted = Math.max(1, WANTED_BLOCKS / down);
        long affordable = Math.max(1, (long) height * columns * steps / BLOCK_WORK);
        int across = (int) Math.min(wanted, affordable);
        return Packing.roundUp((columns + across - 1) / across, Packing.PANEL);
    }

    // ---- a few rows of A
    // ---------------------------------------------------------------------------------------------

    /** Whether a few rows of A meet B where it lies. */
    static boolean readsInPlace(Terms terms) {
        Product p = terms.first();
        return terms.isSingle() && p.bRunsAlongN() && p.m() <= UNPACKED_ROWS && !p.bIsNarrow();
    }

    private static void runInPlace(Terms terms, Scratch own, @Nullable Team team) {
        Product p = terms.first();
        if (team == null) {
            inPlace(terms, 0, p.n(), own);
            return;
        }
        int width = blockWidth(p.m(), p.n(), p.k(), 1);
        team.pool.run((p.n() + width - 1) / width, q -> {
            int from = q * width;
            inPlace(terms, from, Math.min(width, p.n() - from), team.scratch.get());
        });
    }

    /** Some columns of C; whoever makes them packs A, which is small, for himself. */
    private static void inPlace(Terms terms, int from, int columns, Scratch scratch) {
        Product p = terms.first();
        int depth = depth(terms);
        for (int k0 = 0; k0 < p.k(); k0 += depth) {
            int steps = Math.min(depth, p.k() - k0);
            long room = scratch.panels(Packing.panelBytes(steps));
            PackedStep step = new PackedStep(terms, 0, p.m(), from, columns, k0, steps, scratch.rows(p.m()), room);
            step.packRows(0, p.m(), scratch);
            for (int j = 0; j < columns; j += Packing.PANEL) {
                int width = Math.min(Packing.PANEL, columns - j);
                if (width == Packing.PANEL || width == COUNT) {
                    long b = p.b() + (from + j) * p.bColumn() + k0 * p.bRow();
                    step.multiply(b, p.bRow(), j, width, scratch);
                } else {
                    // a whole vector would reach beyond the end of B
                    Packing.panel(p, from + j, width, k0, steps, room, scratch);
                    step.multiply(room, Packing.PANEL_BYTES, j, width, scratch);
                }
            }
        }
    }
}
