package dev.rankine.tensor.vector;

import static dev.rankine.tensor.vector.Lanes.ALL;
import static dev.rankine.tensor.vector.Lanes.BYTES;
import static dev.rankine.tensor.vector.Lanes.COUNT;
import static dev.rankine.tensor.vector.Lanes.FLOAT;
import static dev.rankine.tensor.vector.Lanes.ORDER;
import static dev.rankine.tensor.vector.Lanes.SPECIES;

import dev.rankine.tensor.DType;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/**
 * Copies blocks of A and B into the order in which the micro-kernels read them (Goto and van de Geijn 2008). A becomes
 * tiles of some rows in an array, tile after tile, in each the rows' numbers for one k side by side; B becomes panels of
 * {@link #PANEL} columns, row after row of k, padded with zeros.
 */
final class Packing {
    /** Vectors side by side in a panel of B: machines with vectors this long have 32 registers, enough for 24 sums. */
    static final int PANEL_VECTORS = COUNT >= 16 ? 4 : 2;

    /** Columns in a panel of B. */
    static final int PANEL = PANEL_VECTORS * COUNT;

    static final long PANEL_BYTES = (long) PANEL_VECTORS * BYTES;
    /** The most of k that is packed at once: widths of 768 have room for a low-rank update behind them. */
    static final int MAX_DEPTH = 784;

    static final int MAX_TILE_ROWS = 6;
    /** The rows of other tiles: of sixes and fours any even number can be made from four on. */
    static final int LEAST_TILE_ROWS = 4;

    private Packing() {}

    /** Six rows where possible; four so that the last tile is whole, or lacks one row: 16 = 6 + 6 + 4, 8 = 4 + 4. */
    static int tileRows(int left) {
        int even = left + left % 2;
        boolean six = even == MAX_TILE_ROWS || even >= MAX_TILE_ROWS + LEAST_TILE_ROWS;
        return six ? MAX_TILE_ROWS : LEAST_TILE_ROWS;
    }

    /**
     * Packs {@code rows} rows of op(A), k from {@code k0} on for {@code depth} steps, in tiles of {@link #tileRows} rows.
     * Rows that are missing in the last tile may hold any numbers.
     *
     * @param at where the first tile begins in {@code to}
     * @param done steps of each tile that come before these
     * @param steps of each tile altogether
     */
    static void rows(Product p, int from, int rows, int k0, int depth, float[] to, int at, int done, int steps) {
        int tile;
        for (int i = 0; i < rows; i += tile) {
            tile = tileRows(rows - i);
            long a = p.a() + (from + i) * p.aRow() + k0 * p.aColumn();
            int place = at + i * steps + done * tile;
            if (p.aRow() == Product.FLOAT && !p.aRunsAlongK() && tile <= COUNT) {
                copyRuns(a, p.aColumn(), Math.min(tile, rows - i), tile, depth, to, place);
            } else {
                interleave(p, a, Math.min(tile, rows - i), tile, depth, to, place);
            }
        }
    }

    private static void interleave(Product p, long a, int rows, int tile, int depth, float[] to, int at) {
        long step = p.aRow();
        int whole = p.aRunsAlongK() ? depth / COUNT : 0;
        // the last row stands for those that are not there
        long last = a + (rows - 1) * step;
        long r1 = rows > 1 ? a + step : last;
        long r2 = rows > 2 ? a + 2 * step : last;
        long r3 = rows > 3 ? a + 3 * step : last;
        if (tile == MAX_TILE_ROWS) {
            long r4 = rows > 4 ? a + 4 * step : last;
            RegisterTranspose.interleave6(whole, a, r1, r2, r3, r4, last, to, at);
        } else {
            RegisterTranspose.interleave4(whole, a, r1, r2, r3, to, at);
        }
        for (int k = whole * COUNT; k < depth; k++) {
            for (int i = 0; i < tile; i++) {
                to[at + k * tile + i] = ALL.get(FLOAT, a + Math.min(i, rows - 1) * step + k * p.aColumn());
            }
        }
    }

    /** The rows' numbers for one k lie side by side already, {@code step} bytes from one k to the next. */
    private static void copyRuns(long from, long step, int rows, int tile, int depth, float[] to, int at) {
        VectorMask<Float> there = Lanes.first(rows);
        VectorMask<Float> all = Lanes.first(tile);
        for (int k = 0; k < depth; k++) {
            FloatVector.fromMemorySegment(SPECIES, ALL, from, ORDER, there).intoArray(to, at, all);
            from += step;
            at += tile;
        }
    }

    /** Columns of the narrowest tile that covers as many: one, two or four vectors. */
    static int tileColumns(int columns) {
        return columns <= COUNT ? COUNT : columns <= 2 * COUNT ? 2 * COUNT : PANEL;
    }

    /** How many panels hold so many columns. */
    static int panels(int columns) {
        return (columns + PANEL - 1) / PANEL;
    }

    /** Packs one panel of B with all steps of k; {@code to} is where the first panel lies. */
    static void panel(Product p, int index, long to, Scratch scratch) {
        int from = index * PANEL;
        panel(p, from, Math.min(PANEL, p.n() - from), 0, p.k(), to + index * panelBytes(p.k()), scratch);
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
        panel(p.bType(), b, p.bRow(), p.bColumn(), columns, depth, to, scratch);
    }

    /** The same for the panel that begins at address {@code b}, with strides in bytes. */
    static void panel(DType type, long b, long row, long column, int columns, int depth, long to, Scratch scratch) {
        if (column == type.bytes() || columns == 1) {
            if (type != DType.F32) {
                widenPanel(type, b, row, columns, depth, to);
            } else {
                copyPanel(b, row, columns, depth, to);
            }
        } else if ((row == type.bytes() || depth == 1) && SquareTranspose.fits()) {
            turnPanel(type, b, column, columns, depth, to, scratch);
        } else {
            for (int k = 0; k < depth; k++) {
                ALL.asSlice(to + k * PANEL_BYTES, PANEL_BYTES).fill((byte) 0);
                Widening.run(type, b + k * row, column, to + k * PANEL_BYTES, columns);
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

    static int roundUp(int value, int multiple) {
        return (value + multiple - 1) / multiple * multiple;
    }
}
