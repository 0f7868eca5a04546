package dev.rankine.tensor.vector;

import static dev.rankine.tensor.vector.Lanes.ALL;
import static dev.rankine.tensor.vector.Lanes.BYTES;
import static dev.rankine.tensor.vector.Lanes.COUNT;
import static dev.rankine.tensor.vector.Lanes.FLOAT;
import static dev.rankine.tensor.vector.Lanes.ORDER;
import static dev.rankine.tensor.vector.Lanes.SPECIES;

import java.lang.foreign.MemorySegment;
import java.util.function.Supplier;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/**
 * The product with a narrow result, at most 16 columns, as the down-projection of a low-rank update makes it. The rows
 * of A are read once, where they lie; B^T is small and packed, its rows padded with zeros to whole vectors.
 */
final class NarrowProduct {
    static final int MAX_COLUMNS = 16;
    /** Columns of C that one kernel call makes. */
    private static final int GROUP = COUNT / 2;

    private NarrowProduct() {}

    static boolean fits(Product p) {
        return p.n() <= MAX_COLUMNS
                && p.m() >= 4
                && p.k() >= COUNT
                && p.aRunsAlongK()
                && p.cRunsAlongN()
                && (COUNT == 16 || COUNT == 8 || COUNT == 4);
    }

    /** B^T [N rounded up, K rounded up] by address and row stride in bytes. */
    record Columns(long address, long step) {}

    /** Packs B^T, unless it lies ready. */
    static Columns pack(Product p, Scratch scratch) {
        return liesReady(p) ? new Columns(p.b(), p.bColumn()) : pack(p, scratch.panels(room(p)));
    }

    private static boolean liesReady(Product p) {
        return p.bRunsAlongK() && p.k() % COUNT == 0 && p.n() % GROUP == 0;
    }

    /** Bytes of the packed B^T. */
    private static long room(Product p) {
        return Packing.roundUp(p.n(), GROUP) * step(p);
    }

    private static long step(Product p) {
        return Float.BYTES * (long) Packing.roundUp(p.k(), COUNT);
    }

    private static Columns pack(Product p, long to) {
        long step = step(p);
        int rows = Packing.roundUp(p.n(), GROUP);
        ALL.asSlice(to, rows * step).fill((byte) 0);
        for (int j = 0; j < p.n(); j++) {
            long row = to + j * step;
            if (p.bRunsAlongK()) {
                MemorySegment.copy(ALL, p.b() + j * p.bColumn(), ALL, row, Float.BYTES * (long) p.k());
            } else {
                for (int k = 0; k < p.k(); k++) {
                    float value = ALL.get(FLOAT, p.b() + j * p.bColumn() + k * p.bRow());
                    ALL.set(FLOAT, row + k * (long) Float.BYTES, value);
                }
            }
        }
        return new Columns(to, step);
    }

    /** The product as a step of some rows at a time. */
    static RowStep step(Product p, Supplier<Scratch> scratch, Use... uses) {
        return new RowStep(p.m(), p.work() / RowWork.MULTIPLICATIONS, uses) {
            private Columns columns = new Columns(p.b(), p.bColumn());

            @Override
            void begin(Room room) {
                columns = liesReady(p) ? columns : new Columns(room.take(room(p)), step(p));
            }

            @Override
            int packs() {
                return liesReady(p) ? 0 : 1;
            }

            @Override
            void pack(int task) {
                NarrowProduct.pack(p, columns.address());
            }

            @Override
            void rows(int from, int end) {
                run(p, from, end, columns, scratch.get());
            }
        };
    }

    /** Rows [from, end) of {@code p} with B as {@link #pack} left it. */
    static void run(Product p, int from, int end, Columns columns, Scratch scratch) {
        int steps = (p.k() + COUNT - 1) / COUNT;
        long sums = scratch.tile;
        for (int j = 0; j < p.n(); j += GROUP) {
            int width = Math.min(GROUP, p.n() - j);
            VectorMask<Float> lower = SPECIES.indexInRange(0, width);
            VectorMask<Float> upper = SPECIES.indexInRange(0, GROUP + width).andNot(SPECIES.indexInRange(0, GROUP));
            long b = columns.address() + j * columns.step();
            long c = p.c() + j * (long) Float.BYTES;
            for (int i = from; i < end; i += 2) {
                // the last of an odd number of rows stands in for the missing one too
                boolean pair = i + 1 < end;
                long a = p.a() + i * p.aRow();
                long aStep = pair ? p.aRow() : 0;
                if (p.k() % COUNT != 0) {
                    a = padded(p, a, pair, scratch);
                    aStep = steps * (long) BYTES;
                }
                dots(steps, a, aStep, b, columns.step(), sums);
                store(sums, c + i * p.cRow(), lower, p.add());
                if (pair) {
                    store(sums, c + (i + 1) * p.cRow() - BYTES / 2, upper, p.add());
                }
            }
        }
    }

    /** A copy of two rows of A, each filled up with zeros to whole vectors. */
    private static long padded(Product p, long a, boolean pair, Scratch scratch) {
        long step = Float.BYTES * (long) Packing.roundUp(p.k(), COUNT);
        long to = scratch.turned(2 * step);
        for (int row = 0; row < (pair ? 2 : 1); row++) {
            VectorMath.ZERO.intoMemorySegment(ALL, to + (row + 1) * step - BYTES, ORDER);
            MemorySegment.copy(ALL, a + row * p.aRow(), ALL, to + row * step, Float.BYTES * (long) p.k());
        }
        return to;
    }

    private static void dots(int steps, long a, long aStep, long b, long bStep, long to) {
        switch (COUNT) {
            case 16 -> DotTiles.dots16(steps, a, aStep, b, bStep, to);
            case 8 -> DotTiles.dots8(steps, a, aStep, b, bStep, to);
            default -> DotTiles.dots4(steps, a, aStep, b, bStep, to);
        }
    }

    private static void store(long from, long to, VectorMask<Float> mask, boolean add) {
        FloatVector sums = FloatVector.fromMemorySegment(SPECIES, ALL, from, ORDER);
        if (add) {
            FloatVector c = FloatVector.fromMemorySegment(SPECIES, ALL, to, ORDER, mask);
            sums.add(c).intoMemorySegment(ALL, to, ORDER, mask);
        } else {
            sums.intoMemorySegment(ALL, to, ORDER, mask);
        }
    }
}
