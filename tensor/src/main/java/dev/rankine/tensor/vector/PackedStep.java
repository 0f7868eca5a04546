package dev.rankine.tensor.vector;

import static dev.rankine.tensor.vector.Lanes.ALL;
import static dev.rankine.tensor.vector.Lanes.BYTES;
import static dev.rankine.tensor.vector.Lanes.COUNT;
import static dev.rankine.tensor.vector.Lanes.ORDER;
import static dev.rankine.tensor.vector.Lanes.SPECIES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/**
 * Some rows of A times some columns of B, summed over some steps of k: both are packed first, then tiles of C are made of
 * them in any order, by any thread.
 */
final class PackedStep {
    /** Machines with vectors this long have 32 registers, enough for 24 accumulators. */
    private static final boolean TALL_TILES = COUNT >= 16;

    private final Terms terms;
    private final int i0;
    private final int rows;
    private final int j0;
    private final int columns;
    private final int k0;
    private final int steps;
    private final float[] a;
    private final long panels;

    /**
     * @param terms the product that this is a part of
     * @param i0 the first row; likewise the first column and the first step
     * @param a room for the packed rows
     * @param panels where the packed panels of B lie or are to lie
     */
    PackedStep(Terms terms, int i0, int rows, int j0, int columns, int k0, int steps, float[] a, long panels) {
        this.terms = terms;
        this.i0 = i0;
        this.rows = rows;
        this.j0 = j0;
        this.columns = columns;
        this.k0 = k0;
        this.steps = steps;
        this.a = a;
        this.panels = panels;
    }

    int rows() {
        return rows;
    }

    int columns() {
        return columns;
    }

    int steps() {
        return steps;
    }

    /** Packs {@code count} rows of A. */
    void packRows(int from, int count, Scratch scratch) {
        terms.packRows(i0 + from, count, k0, steps, a, from * Packing.ROW_STRIDE, scratch);
    }

    /** Packs one panel of B. */
    void packPanel(int panel, Scratch scratch) {
        int from = panel * Packing.PANEL;
        int width = Math.min(Packing.PANEL, columns - from);
        terms.packPanel(j0 + from, width, k0, steps, panel(panel), scratch);
    }

    private long panel(int index) {
        return panels + index * terms.panelBytes(steps);
    }

    /**
     * Makes a block of C. A few rows of A pass by all panels before the next rows do, so that C is written along its
     * rows; the panels should fit into the second cache.
     *
     * @param row of the packed rows, the first of a tile
     * @param column of the packed columns, the first of a panel
     */
    void multiply(int row, int height, int column, int width, Scratch scratch) {
        int end = row + height;
        int tile;
        for (int i = row; i < end; i += tile) {
            tile = tileRows(end - i);
            for (int j = column; j < column + width; j += Packing.PANEL) {
                long b = panel(j / Packing.PANEL);
                int wide = Math.min(Packing.PANEL, columns - j);
                tile(tile, Math.min(tile, end - i), i, b, Packing.PANEL_BYTES, j, wide, scratch);
            }
        }
    }

    /** All packed rows times the columns of one panel, whose rows may lie {@code bStep} bytes apart. */
    void multiply(long b, long bStep, int column, int width, Scratch scratch) {
        int tile;
        for (int i = 0; i < rows; i += tile) {
            tile = tileRows(rows - i);
            tile(tile, Math.min(tile, rows - i), i, b, bStep, column, width, scratch);
        }
    }

    private static int tileRows(int left) {
        if (TALL_TILES) {
            return left >= 12 ? 12 : left >= 8 ? 8 : 4;
        }
        return left >= 6 ? 6 : 4;
    }

    private void tile(int tile, int height, int row, long b, long bStep, int column, int width, Scratch scratch) {
        Product p = terms.first();
        boolean add = p.add() || k0 > 0;
        long c = p.c() + (i0 + row) * p.cRow() + (j0 + column) * p.cColumn();
        boolean whole = tile == height && p.cRunsAlongN() && (width == Packing.PANEL || width == COUNT);
        boolean direct = whole && !add;
        long to = direct ? c : scratch.tile;
        long toStep = direct ? p.cRow() : Packing.PANEL_BYTES;
        int at = row * Packing.ROW_STRIDE;
        if (width > COUNT) {
            wide(tile, steps, a, at, b, bStep, to, toStep);
        } else {
            narrow(tile, steps, a, at, b, bStep, to, toStep);
        }
        if (direct) {
            return;
        }
        if (whole) {
            add(scratch.tile, height, width > COUNT, c, p.cRow());
        } else {
            spill(scratch.tile, height, width, c, p, add);
        }
    }

    private static void wide(int tile, int steps, float[] a, int at, long b, long bStep, long c, long cStep) {
        switch (tile) {
            case 12 -> WideTiles.rows12(steps, a, at, b, bStep, c, cStep);
            case 8 -> WideTiles.rows8(steps, a, at, b, bStep, c, cStep);
            case 6 -> WideTiles.rows6(steps, a, at, b, bStep, c, cStep);
            default -> WideTiles.rows4(steps, a, at, b, bStep, c, cStep);
        }
    }

    private static void narrow(int tile, int steps, float[] a, int at, long b, long bStep, long c, long cStep) {
        switch (tile) {
            case 12 -> NarrowTiles.rows12(steps, a, at, b, bStep, c, cStep);
            case 8 -> NarrowTiles.rows8(steps, a, at, b, bStep, c, cStep);
            case 6 -> NarrowTiles.rows6(steps, a, at, b, bStep, c, cStep);
            default -> NarrowTiles.rows4(steps, a, at, b, bStep, c, cStep);
        }
    }

    /** Adds a tile of one or two vectors a row to C. */
    private static void add(long tile, int rows, boolean wide, long c, long cStep) {
        for (int i = 0; i < rows; i++) {
            Lanes.load(c).add(Lanes.load(tile)).intoMemorySegment(ALL, c, ORDER);
            if (wide) {
                Lanes.load(c + BYTES).add(Lanes.load(tile + BYTES)).intoMemorySegment(ALL, c + BYTES, ORDER);
            }
            c += cStep;
            tile += Packing.PANEL_BYTES;
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
