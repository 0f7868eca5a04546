package dev.rankine.tensor.vector;

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
    /** Rows of A that a thread multiplies at once; a multiple of every tile's. */
    private static final int ROWS = 24;
    /** Rows of A that the calling thread packs just before it multiplies them. */
    private static final int PACKED_ROWS = 48;
    /** With fewer rows than this, blocks of a {@link RowBatch} would have too few for whole tiles, and columns are shared out. */
    private static final int LEAST_ROWS = 256;
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
        DeepKernel.count(terms.first().work());
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
                long panels = own.panels(Packing.panels(columns) * terms.panelBytes(toPack));
                for (int i0 = 0; i0 < p.m(); i0 += down) {
                    int rows = Math.min(down, p.m() - i0);
                    PackedStep step = new PackedStep(terms, i0, rows, j0, columns, k0, steps, panels);
                    int missing = i0 == 0 && toPack > 0 ? Packing.panels(columns) : 0;
                    if (team == null) {
                        alone(step, missing, own);
                    } else {
                        together(step, missing, own, team);
                    }
                }
            }
        }
    }

    /**
     * The product as a step of some rows at a time, which pass by all panels; null where these are too many to stay near, or
     * rows too few to be shared out.
     */
    static @Nullable RowStep step(Terms terms, Supplier<Scratch> scratch, Use... uses) {
        Product p = terms.first();
        int depth = depth(terms);
        long bytes = Float.BYTES * (long) p.n() * Math.min(depth, terms.k());
        return bytes > NEAR || p.m() < LEAST_ROWS ? null : new ByRows(terms, depth, scratch, uses);
    }

    private static final class ByRows extends RowStep {
        private final Terms terms;
        private final Product p;
        private final int depth;
        private final Supplier<Scratch> scratch;
        private final PackedStep[] parts;

        ByRows(Terms terms, int depth, Supplier<Scratch> scratch, Use... uses) {
            super(terms.first().m(), terms.first().work() / RowWork.MULTIPLICATIONS, uses);
            this.terms = terms;
            this.depth = depth;
            this.scratch = scratch;
            p = terms.first();
            parts = new PackedStep[(terms.k() + depth - 1) / depth];
            DeepKernel.count(p.work());
        }

        @Override
        void begin(Room room) {
            for (int i = 0; i < parts.length; i++) {
                int steps = Math.min(depth, terms.k() - i * depth);
                long panels = room.take(Packing.panels(p.n()) * terms.panelBytes(steps));
                parts[i] = new PackedStep(terms, 0, p.m(), 0, p.n(), i * depth, steps, panels);
            }
        }

        @Override
        long packedBytes() {
            return Float.BYTES * (long) terms.k() * p.n();
        }

        @Override
        int packs() {
            return parts.length * Packing.panels(p.n());
        }

        @Override
        void pack(int task) {
            parts[task / Packing.panels(p.n())].packPanel(task % Packing.panels(p.n()), scratch.get());
        }

        @Override
        void rows(int from, int end) {
            for (PackedStep part : parts) {
                for (int i = from; i < end; i += PACKED_ROWS) {
                    packAndMultiply(part, i, Math.min(PACKED_ROWS, end - i), scratch.get());
                }
            }
        }
    }

    /**
     * Packs the first {@code panels} panels and the rows, and multiplies. Each is packed just before it is multiplied for the
     * first time, so that it comes from where it was written: near.
     */
    private static void alone(PackedStep step, int panels, Scratch own) {
        int rows = step.rows();
        int columns = step.columns();
        int near = near(step);
        boolean atOnce = near >= columns;
        float[] a = own.rows(atOnce ? Math.min(PACKED_ROWS, rows) : rows, step.steps());
        for (int j = 0; j < columns; j += near) {
            int width = Math.min(near, columns - j);
            packPanels(step, Math.min(panels, j / Packing.PANEL), Math.min(panels, Packing.panels(j + width)), own);
            for (int i = 0; i < rows; i += PACKED_ROWS) {
                int height = Math.min(PACKED_ROWS, rows - i);
                int first = atOnce ? i : 0;
                if (j == 0) {
                    step.packRows(i, height, a, first);
                }
                step.multiply(a, first, i, height, j, width, own);
            }
        }
    }

    private static void packPanels(PackedStep step, int from, int end, Scratch own) {
        for (int q = from; q < end; q++) {
            step.packPanel(q, own);
        }
    }

    /** Rows that pass by all panels at once are packed just before, where the last ones were: near. */
    private static void packAndMultiply(PackedStep step, int row, int height, Scratch own) {
        float[] a = own.rows(height, step.steps());
        step.packRows(row, height, a, row);
        step.multiply(a, row, row, height, 0, step.columns(), own);
    }

    /** Columns whose panels stay near. */
    private static int near(PackedStep step) {
        return part(step.columns(), NEAR / (Float.BYTES * step.steps()), Packing.PANEL);
    }

    /** The same with all threads, as one job: whoever finds nothing left to pack multiplies once everything is packed. */
    private static void together(PackedStep step, int panels, Scratch own, Team team) {
        int rows = step.rows();
        int columns = step.columns();
        int down = (rows + ROWS - 1) / ROWS;
        int width = Math.min(near(step), blockWidth(ROWS, columns, step.steps(), down));
        int blocks = down * ((columns + width - 1) / width);
        boolean atOnce = width >= columns;
        int rowsToPack = atOnce ? 0 : rows;
        float[] a = own.rows(rowsToPack, step.steps());
        long numbers = (long) panels * Packing.PANEL * step.stepsToPack() + (long) rowsToPack * step.steps();
        boolean shared = numbers >= SHARED_PACKING;
        int each = Math.max(1, SHARED_PACKING / 4 / (Math.max(1, step.stepsToPack()) * Packing.PANEL));
        int shares = shared ? (panels + each - 1) / each : 0;
        int packs = shared ? shares + (rowsToPack + ROWS - 1) / ROWS : 0;
        if (!shared) {
            packPanels(step, 0, panels, own);
            for (int i = 0; i < rowsToPack; i += ROWS) {
                step.packRows(i, Math.min(ROWS, rows - i), a, 0);
            }
        }
        team.pool.run(packs, packs + blocks, block -> {
            Scratch mine = team.scratch.get();
            if (block < shares) {
                packPanels(step, block * each, Math.min(panels, (block + 1) * each), mine);
            } else if (block < packs) {
                int row = (block - shares) * ROWS;
                step.packRows(row, Math.min(ROWS, rows - row), a, 0);
            } else if (atOnce) {
                int i = (block - packs) * ROWS;
                packAndMultiply(step, i, Math.min(ROWS, rows - i), mine);
            } else {
                // all threads work on the same columns, then on the next
                int i = (block - packs) % down * ROWS;
                int j = (block - packs) / down * width;
                step.multiply(a, 0, i, Math.min(ROWS, rows - i), j, Math.min(width, columns - j), mine);
            }
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
        boolean asItIs = terms.isSingle() && terms.factors() == null && !p.bIsNarrow();
        return asItIs && p.bRunsAlongN() && p.m() <= UNPACKED_ROWS;
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
            PackedStep step = new PackedStep(terms, 0, p.m(), from, columns, k0, steps, room);
            float[] a = scratch.rows(p.m(), steps);
            step.packRows(0, p.m(), a, 0);
            for (int j = 0; j < columns; j += Packing.PANEL) {
                int width = Math.min(Packing.PANEL, columns - j);
                if (width == Packing.tileColumns(width)) {
                    long b = p.b() + (from + j) * p.bColumn() + k0 * p.bRow();
                    step.multiply(a, b, p.bRow(), j, width, scratch);
                } else {
                    // a whole vector would reach beyond the end of B
                    Packing.panel(p, from + j, width, k0, steps, room, scratch);
                    step.multiply(a, room, Packing.PANEL_BYTES, j, width, scratch);
                }
            }
        }
    }
}
