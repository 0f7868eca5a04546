package dev.rankine.tensor.vector;

import static dev.rankine.tensor.vector.Lanes.ALL;
import static dev.rankine.tensor.vector.Lanes.BYTES;
import static dev.rankine.tensor.vector.Lanes.COUNT;
import static dev.rankine.tensor.vector.Lanes.FLOAT;
import static dev.rankine.tensor.vector.Lanes.ORDER;
import static dev.rankine.tensor.vector.Lanes.SPECIES;

import dev.rankine.tensor.DType;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/**
 * Copies blocks of A and B into the order in which the micro-kernels read them (Goto and van de Geijn 2008). A becomes
 * plain rows in an array, {@link #ROW_STRIDE} floats apart; B becomes panels of {@link #PANEL} columns, row after row of
 * k, padded with zeros.
 */
final class Packing {
    /** Vectors side by side in a panel of B: machines with vectors this long have 32 registers, enough for 24 sums. */
    static final int PANEL_VECTORS = COUNT >= 16 ? 4 : 2;

    /** Columns in a panel of B. */
    static final int PANEL = PANEL_VECTORS * COUNT;

    static final long PANEL_BYTES = (long) PANEL_VECTORS * BYTES;
    /** The most of k that is packed at once: widths of 768 have room for a low-rank update behind them. */
    static final int MAX_DEPTH = 784;
    /** Floats from one packed row of A to the next: an odd number of cache lines, so that rows do not share cache sets. */
    static final int ROW_STRIDE = MAX_DEPTH;

    static final int MAX_TILE_ROWS = 6;
    /** The rows of other tiles: of sixes and fours any even number can be made from four on. */
    static final int LEAST_TILE_ROWS = 4;

    private Packing() {}

    /**
     * Packs {@code rows} rows of op(A), k from {@code k0} on for {@code depth} steps, and pads them to a multiple of 4.
     *
     * @param at the place of the first row's first step in {@code to}
     */
    static void rows(Product p, int from, int rows, int k0, int depth, float[] to, int at, Scratch scratch) {
        long a = p.a() + from * p.aRow() + k0 * p.aColumn();
        if (p.aRunsAlongK()) {
            copyRows(a, p.aRow(), rows, depth, to, at);
        } else if (p.aRow() == Product.FLOAT) {
            for (int i = 0; i < rows; i += COUNT) {
                int count = Math.min(COUNT, rows - i);
                turnRows(a + i * p.aRow(), p.aColumn(), count, depth, to, at + i * ROW_STRIDE, scratch);
            }
        } else {
            for (int i = 0; i < rows; i++) {
                for (int k = 0; k < depth; k++) {
                    to[i * ROW_STRIDE + at + k] = ALL.get(FLOAT, a + i * p.aRow() + k * p.aColumn());
                }
            }
        }
        for (int i = rows; i < roundUp(rows, LEAST_TILE_ROWS); i++) {
            Arrays.fill(to, i * ROW_STRIDE + at, i * ROW_STRIDE + at + depth, 0f);
        }
    }

    private static void copyRows(long from, long step, int rows, int depth, float[] to, int at) {
        for (int i = 0; i < rows; i++) {
            MemorySegment.copy(ALL, FLOAT, from + i * step, to, i * ROW_STRIDE + at, depth);
        }
    }

    /** Columns of the narrowest tile that covers as many: one, two or four vectors. */
    static int tileColumns(int columns) {
        return columns <= COUNT ? COUNT : columns <= 2 * COUNT ? 2 * COUNT : PANEL;
    }

    /** Bytes from one packed panel of B to the next. Whole squares are transposed, so k is rounded up to the lanes. */
    static long panelBytes(int depth) {
        return roundUp(depth, COUNT) * PANEL_BYTES;
    }

    /**
     * Packs the panel of B that begins at column {@code from}. Columns from {@code columns} to the tile's last one become
     * zeros.
     */
    static void panel(Product p, int from, int columns, int k0, int depth, long to, Scratch scratch) {
        long b = p.b() + from * p.bColumn() + k0 * p.bRow();
        if (p.bRunsAlongN()) {
            if (p.bIsNarrow()) {
                widenPanel(p.bType(), b, p.bRow(), columns, depth, to);
            } else {
                copyPanel(b, p.bRow(), columns, depth, to);
            }
        } else if (p.bRunsAlongK() && SquareTranspose.fits()) {
            turnPanel(p.bType(), b, p.bColumn(), columns, depth, to, scratch);
        } else {
            for (int k = 0; k < depth; k++) {
                ALL.asSlice(to + k * PANEL_BYTES, PANEL_BYTES).fill((byte) 0);
                Widening.run(p.bType(), b + k * p.bRow(), p.bColumn(), to + k * PANEL_BYTES, columns);
            }
        }
    }

    private static void copyPanel(long from, long step, int columns, int depth, long to) {
        int pairs = columns / (2 * COUNT) * (2 * COUNT);
        for (int j = 0; j < pairs; j += 2 * COUNT) {
            copyPair(from + j * (long) Float.BYTES, step, depth, to + j * (long) Float.BYTES);
        }
        for (int j = pairs; j < tileColumns(columns); j += COUNT) {
            VectorMask<Float> mask = SPECIES.indexInRange(j, columns);
            for (int k = 0; k < depth; k++) {
                long at = j * (long) Float.BYTES;
                FloatVector.fromMemorySegment(SPECIES, ALL, from + k * step + at, ORDER, mask)
                        .intoMemorySegment(ALL, to + k * PANEL_BYTES + at, ORDER);
            }
        }
    }

    private static void copyPair(long from, long step, int depth, long to) {
        for (int k = 0; k < depth; k++) {
            FloatVector.fromMemorySegment(SPECIES, ALL, from, ORDER).intoMemorySegment(ALL, to, ORDER);
            FloatVector.fromMemorySegment(SPECIES, ALL, from + BYTES, ORDER).intoMemorySegment(ALL, to + BYTES, ORDER);
            from += step;
            to += PANEL_BYTES;
        }
    }

    private static void widenPanel(DType type, long from, long step, int columns, int depth, long to) {
        for (int k = 0; k < depth; k++) {
            if (columns < PANEL) {
                ALL.asSlice(to, Float.BYTES * (long) tileColumns(columns)).fill((byte) 0);
            }
            Widening.run(type, from, type.bytes(), to, columns);
            from += step;
            to += PANEL_BYTES;
        }
    }

    private static void turnPanel(DType type, long from, long step, int columns, int depth, long to, Scratch scratch) {
        for (int first = 0; first < tileColumns(columns); first += COUNT) {
            int rows = Math.clamp(columns - first, 0, COUNT);
            long source = from + first * step;
            long sourceStep = step;
            if (rows < COUNT || type != DType.F32) {
                // complete the square with rows of zeros
                sourceStep = Float.BYTES * (long) depth;
                long square = scratch.turned(sourceStep * COUNT);
                ALL.asSlice(square + rows * sourceStep, (COUNT - rows) * sourceStep)
                        .fill((byte) 0);
                for (int j = 0; j < rows; j++) {
                    Widening.run(type, source + j * step, type.bytes(), square + j * sourceStep, depth);
                }
                source = square;
            }
            long target = to + first * (long) Float.BYTES;
            for (int k = 0; k < depth; k += COUNT) {
                int width = Math.min(COUNT, depth - k);
                SquareTranspose.run(
                        source + k * (long) Float.BYTES,
                        sourceStep,
                        target + k * PANEL_BYTES,
                        PANEL_BYTES,
                        width,
                        scratch.room);
            }
        }
    }

    /** Turns {@code depth} runs of {@code rows} floats, {@code step} bytes apart, into rows of the array. */
    private static void turnRows(long from, long step, int rows, int depth, float[] to, int at, Scratch scratch) {
        int whole = SquareTranspose.fits() ? depth - depth % COUNT : 0;
        for (int k = 0; k < whole; k += COUNT) {
            SquareTranspose.run(from + k * step, step, to, at + k, ROW_STRIDE, rows, scratch.room);
        }
        for (int k = whole; k < depth; k++) {
            for (int i = 0; i < rows; i++) {
                to[at + i * ROW_STRIDE + k] = ALL.get(FLOAT, from + k * step + i * (long) Float.BYTES);
            }
        }
    }

    static int roundUp(int value, int multiple) {
        return (value + multiple - 1) / multiple * multiple;
    }
}
