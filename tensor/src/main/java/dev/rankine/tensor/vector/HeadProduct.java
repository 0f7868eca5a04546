package dev.rankine.tensor.vector;

import static dev.rankine.tensor.vector.Lanes.ALL;
import static dev.rankine.tensor.vector.Lanes.COUNT;
import static dev.rankine.tensor.vector.Lanes.ORDER;
import static dev.rankine.tensor.vector.Lanes.SPECIES;

import dev.rankine.tensor.DType;
import jdk.incubator.vector.FloatVector;

/**
 * Products of the matrices of a head, which are packed once and used several times: as rows in an array, which serve as A
 * or as A^T, and as panels, which serve as B. A row longer than {@link #ROW_STRIDE} goes on in another run of rows.
 */
final class HeadProduct {
    /** Floats from one packed row to the next: an odd number of cache lines, so that rows do not share cache sets. */
    static final int ROW_STRIDE = 784;

    /** Rows of all heads that are read before the next. */
    private static final int SWEPT_ROWS = 16;

    private HeadProduct() {}

    /** How many packed rows a matrix takes. */
    static int room(int rows, int columns) {
        return runs(columns) * Packing.roundUp(rows, Packing.LEAST_TILE_ROWS);
    }

    private static int runs(int columns) {
        return (columns + ROW_STRIDE - 1) / ROW_STRIDE;
    }

    /** Floats from one run of a matrix to the next. */
    static int run(int rows) {
        return Packing.roundUp(rows, Packing.LEAST_TILE_ROWS) * ROW_STRIDE;
    }

    /** Bytes of the panels of B[steps, columns]. */
    static long panelBytes(int steps, int columns) {
        return Packing.panels(columns) * Packing.panelBytes(steps);
    }

    /** Columns that the tiles of so many columns cover. */
    static int covered(int columns) {
        int whole = columns / Packing.PANEL * Packing.PANEL;
        return whole == columns ? columns : whole + Packing.tileColumns(columns - whole);
    }

    /**
     * Packs some heads of an example, one behind the other, as panels of B[rows, columns]. Some rows of all of them come
     * before the next ones: where heads are slices of longer rows, these are read as they lie.
     */
    static void packHeads(Heads x, int index, int heads, long to, Scratch scratch) {
        int all = x.rows(index);
        for (int row = 0; row < all; row += SWEPT_ROWS) {
            int rows = Math.min(SWEPT_ROWS, all - row);
            long panel = to + row * Packing.PANEL_BYTES;
            for (int i = 0; i < heads; i++) {
                long from = x.at(index + i, row);
                for (int j = 0; j < x.columns(); j += Packing.PANEL) {
                    int width = Math.min(Packing.PANEL, x.columns() - j);
                    long corner = from + j * (long) Float.BYTES;
                    Packing.panel(DType.F32, corner, x.step(), Float.BYTES, width, rows, panel, scratch);
                    panel += Packing.panelBytes(all);
                }
            }
        }
    }

    /** Makes the panels of B^T of those of B[rows, columns]. */
    static void turn(long panels, int rows, int columns, long to, Scratch scratch) {
        for (int i = 0; i < rows; i += Packing.PANEL) {
            for (int j = 0; j < columns; j += Packing.PANEL) {
                long square = panels + j / Packing.PANEL * Packing.panelBytes(rows) + i * Packing.PANEL_BYTES;
                Packing.panel(
                        DType.F32,
                        square,
                        Float.BYTES,
                        Packing.PANEL_BYTES,
                        Math.min(Packing.PANEL, rows - i),
                        Math.min(Packing.PANEL, columns - j),
                        to + j * Packing.PANEL_BYTES,
                        scratch);
            }
            to += Packing.panelBytes(columns);
        }
    }

    /**
     * Packs rows times a factor.
     *
     * @param panels of all rows of the matrix, {@code all} in number
     * @param first the first row
     */
    static void packRows(long panels, int all, int first, int rows, int columns, float factor, float[] to, int at) {
        int run = run(rows);
        for (int j = 0; j < columns; j += COUNT) {
            long from = panels
                    + j / Packing.PANEL * Packing.panelBytes(all)
                    + j % Packing.PANEL * (long) Float.BYTES
                    + first * Packing.PANEL_BYTES;
            int place = at + j / ROW_STRIDE * run + j % ROW_STRIDE;
            for (int i = 0; i < rows; i++) {
                FloatVector.fromMemorySegment(SPECIES, ALL, from, ORDER)
                        .mul(factor)
                        .intoArray(to, place);
                from += Packing.PANEL_BYTES;
                place += ROW_STRIDE;
            }
        }
    }

    /**
     * C[rows, columns] = A B, the sums over k in order.
     *
     * @param a packed rows, those of A from {@code at} on
     * @param b packed panels
     * @param c where a row of C begins every {@code cStep} bytes, its numbers side by side
     */
    static void multiply(
            int rows, int columns, int steps, float[] a, int at, long b, long c, long cStep, Scratch scratch) {
        int end = Math.max(1, steps);
        for (int k = 0; k < end; k += ROW_STRIDE) {
            int some = Math.min(ROW_STRIDE, steps - k);
            int from = at + k / ROW_STRIDE * run(rows);
            long panels = b + k * Packing.PANEL_BYTES;
            tiles(false, rows, columns, some, a, from, panels, Packing.panelBytes(steps), c, cStep, k > 0, scratch);
        }
    }

    /**
     * C[rows, columns] (+)= A^T B with A[steps, rows].
     *
     * @param bPanel bytes from panel to panel
     * @param add whether the sums go on from what C holds
     */
    static void multiplyTurned(
            int rows,
            int columns,
            int steps,
            float[] a,
            int at,
            long b,
            long bPanel,
            long c,
            long cStep,
            boolean add,
            Scratch scratch) {
        for (int i = 0; i < rows; i += ROW_STRIDE) {
            int some = Math.min(ROW_STRIDE, rows - i);
            int from = at + i / ROW_STRIDE * run(steps);
            long to = c + i * cStep;
            tiles(true, some, columns, steps, a, from, b, bPanel, to, cStep, add, scratch);
        }
    }

    private static void tiles(
            boolean turned,
            int rows,
            int columns,
            int steps,
            float[] a,
            int at,
            long b,
            long bPanel,
            long c,
            long cStep,
            boolean goesOn,
            Scratch scratch) {
        int tile;
        for (int i = 0; i < rows; i += tile) {
            tile = Packing.tileRows(rows - i);
            int height = Math.min(tile, rows - i);
            int place = at + i * (turned ? 1 : ROW_STRIDE);
            long panel = b;
            for (int j = 0; j < columns; j += Packing.PANEL) {
                int width = Math.min(Packing.PANEL, columns - j);
                long corner = c + i * cStep + j * (long) Float.BYTES;
                boolean direct = height == tile && width == Packing.tileColumns(width);
                if (goesOn && !direct) {
                    TileBorder.read(corner, cStep, Float.BYTES, height, width, scratch.tile);
                }
                long to = direct ? corner : scratch.tile;
                long toStep = direct ? cStep : Packing.PANEL_BYTES;
                long from = goesOn ? to : scratch.zeros;
                long fromStep = goesOn ? toStep : 0;
                if (turned) {
                    sumTurned(width, tile, steps, a, place, panel, from, fromStep, to, toStep);
                } else {
                    sum(width, tile, steps, a, place, panel, from, fromStep, to, toStep);
                }
                if (!direct) {
                    TileBorder.write(scratch.tile, height, width, corner, cStep, Float.BYTES);
                }
                panel += bPanel;
            }
        }
    }

    private static void sum(
            int width, int tile, int steps, float[] a, int at, long b, long from, long fromStep, long to, long toStep) {
        boolean tall = tile == Packing.MAX_TILE_ROWS;
        if (width > 2 * COUNT) {
            if (tall) {
                QuadRowTiles.rows6(steps, a, at, b, Packing.PANEL_BYTES, from, fromStep, to, toStep);
            } else {
                QuadRowTiles.rows4(steps, a, at, b, Packing.PANEL_BYTES, from, fromStep, to, toStep);
            }
        } else if (width > COUNT) {
            if (tall) {
                WideRowTiles.rows6(steps, a, at, b, Packing.PANEL_BYTES, from, fromStep, to, toStep);
            } else {
                WideRowTiles.rows4(steps, a, at, b, Packing.PANEL_BYTES, from, fromStep, to, toStep);
            }
        } else {
            if (tall) {
                NarrowRowTiles.rows6(steps, a, at, b, Packing.PANEL_BYTES, from, fromStep, to, toStep);
            } else {
                NarrowRowTiles.rows4(steps, a, at, b, Packing.PANEL_BYTES, from, fromStep, to, toStep);
            }
        }
    }

    private static void sumTurned(
            int width, int tile, int steps, float[] a, int at, long b, long from, long fromStep, long to, long toStep) {
        boolean tall = tile == Packing.MAX_TILE_ROWS;
        if (width > 2 * COUNT) {
            if (tall) {
                QuadRowTiles.turned6(steps, a, at, b, Packing.PANEL_BYTES, from, fromStep, to, toStep);
            } else {
                QuadRowTiles.turned4(steps, a, at, b, Packing.PANEL_BYTES, from, fromStep, to, toStep);
            }
        } else if (width > COUNT) {
            if (tall) {
                WideRowTiles.turned6(steps, a, at, b, Packing.PANEL_BYTES, from, fromStep, to, toStep);
            } else {
                WideRowTiles.turned4(steps, a, at, b, Packing.PANEL_BYTES, from, fromStep, to, toStep);
            }
        } else {
            if (tall) {
                NarrowRowTiles.turned6(steps, a, at, b, Packing.PANEL_BYTES, from, fromStep, to, toStep);
            } else {
                NarrowRowTiles.turned4(steps, a, at, b, Packing.PANEL_BYTES, from, fromStep, to, toStep);
            }
        }
    }
}
