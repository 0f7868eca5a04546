package dev.rankine.tensor.vector;

import static dev.rankine.tensor.vector.Lanes.COUNT;

/**
 * Some rows of A times some columns of B, summed over some steps of k: both are packed first, then tiles of C are made of
 * them in any order, by any thread.
 */
final class PackedStep {
    private final Terms terms;
    private final Product first;
    private final int i0;
    private final int rows;
    private final int j0;
    private final int columns;
    private final int k0;
    private final int steps;
    private final long panels;
    /** Steps of k, from the first on, whose panels of B were packed long ago. */
    private final int ready;

    /**
     * @param terms the product that this is a part of
     * @param i0 the first row; likewise the first column and the first step
     * @param panels where the packed panels of B lie or are to lie
     */
    PackedStep(Terms terms, int i0, int rows, int j0, int columns, int k0, int steps, long panels) {
        this.terms = terms;
        first = terms.first();
        this.i0 = i0;
        this.rows = rows;
        this.j0 = j0;
        this.columns = columns;
        this.k0 = k0;
        this.steps = steps;
        this.panels = panels;
        ready = terms.readySteps(k0, steps);
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

    /**
     * Packs {@code count} rows of A, which must be multiplied together.
     *
     * @param a the packed rows
     * @param first the row that lies at their beginning
     */
    void packRows(int from, int count, float[] a, int first) {
        terms.packRows(i0 + from, count, k0, steps, a, (from - first) * steps);
    }

    /** How many steps of k must be packed: those of the first matrix may lie {@link Terms#ready() ready}. */
    int stepsToPack() {
        return steps - ready;
    }

    /** Packs one panel of B. */
    void packPanel(int panel, Scratch scratch) {
        int from = panel * Packing.PANEL;
        int width = Math.min(Packing.PANEL, columns - from);
        terms.packPanel(j0 + from, width, k0 + ready, stepsToPack(), panel(panel), scratch);
    }

    private long panel(int index) {
        return panels + index * terms.panelBytes(stepsToPack());
    }

    /**
     * Makes a block of C. A few rows of A pass by all panels before the next rows do, so that C is written along its
     * rows; the panels should fit into the second cache.
     *
     * @param a the packed rows
     * @param first the row that lies at their beginning
     * @param row the first of a tile
     * @param column of the packed columns, the first of a panel
     */
    void multiply(float[] a, int first, int row, int height, int column, int width, Scratch scratch) {
        int end = row + height;
        int tile;
        for (int i = row; i < end; i += tile) {
            tile = Packing.tileRows(end - i);
            for (int j = column; j < column + width; j += Packing.PANEL) {
                long b = panel(j / Packing.PANEL);
                int wide = Math.min(Packing.PANEL, columns - j);
                int at = (i - first) * steps;
                tile(tile, Math.min(tile, end - i), a, at, i, b, Packing.PANEL_BYTES, j, wide, scratch);
            }
        }
    }

    /** All rows times the columns of one panel, whose rows may lie {@code bStep} bytes apart. */
    void multiply(float[] a, long b, long bStep, int column, int width, Scratch scratch) {
        int tile;
        for (int i = 0; i < rows; i += tile) {
            tile = Packing.tileRows(rows - i);
            tile(tile, Math.min(tile, rows - i), a, i * steps, i, b, bStep, column, width, scratch);
        }
    }

    /** The sums go on from what C holds where steps of k came before. */
    private void tile(
            int tile,
            int height,
            float[] a,
            int at,
            int row,
            long b,
            long bStep,
            int column,
            int width,
            Scratch scratch) {
        Product p = first;
        long c = p.c() + (i0 + row) * p.cRow() + (j0 + column) * p.cColumn();
        boolean direct = tile == height && p.cRunsAlongN() && width == Packing.tileColumns(width);
        boolean goesOn = p.add() || k0 > 0;
        if (goesOn && !direct) {
            TileBorder.read(c, p.cRow(), p.cColumn(), height, width, scratch.tile);
        }
        long to = direct ? c : scratch.tile;
        long toStep = direct ? p.cRow() : Packing.PANEL_BYTES;
        long from = goesOn ? to : scratch.zeros;
        long fromStep = goesOn ? toStep : 0;
        if (ready > 0) {
            long kept = terms.readyPanel(j0 + column, k0);
            sum(width, tile, ready, a, at, kept, Packing.PANEL_BYTES, from, fromStep, to, toStep);
            from = to;
            fromStep = toStep;
        }
        if (ready < steps) {
            sum(width, tile, stepsToPack(), a, at + ready * tile, b, bStep, from, fromStep, to, toStep);
        }
        if (!direct) {
            TileBorder.write(scratch.tile, height, width, c, p.cRow(), p.cColumn());
        }
    }

    private static void sum(
            int width,
            int tile,
            int steps,
            float[] a,
            int at,
            long b,
            long bStep,
            long from,
            long fromStep,
            long to,
            long toStep) {
        boolean tall = tile == Packing.MAX_TILE_ROWS;
        if (width > 2 * COUNT) {
            if (tall && DeepKernel.isReady()) {
                DeepTiles.rows6(steps, a, at, b, bStep, from, fromStep, to, toStep);
            } else if (tall) {
                QuadTiles.rows6(steps, a, at, b, bStep, from, fromStep, to, toStep);
            } else {
                QuadTiles.rows4(steps, a, at, b, bStep, from, fromStep, to, toStep);
            }
        } else if (width > COUNT) {
            if (tall) {
                WideTiles.rows6(steps, a, at, b, bStep, from, fromStep, to, toStep);
            } else {
                WideTiles.rows4(steps, a, at, b, bStep, from, fromStep, to, toStep);
            }
        } else {
            if (tall) {
                NarrowTiles.rows6(steps, a, at, b, bStep, from, fromStep, to, toStep);
            } else {
                NarrowTiles.rows4(steps, a, at, b, bStep, from, fromStep, to, toStep);
            }
        }
    }
}
