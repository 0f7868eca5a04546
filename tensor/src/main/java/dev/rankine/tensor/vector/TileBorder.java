package dev.rankine.tensor.vector;

import static dev.rankine.tensor.vector.Lanes.ALL;
import static dev.rankine.tensor.vector.Lanes.COUNT;
import static dev.rankine.tensor.vector.Lanes.ORDER;
import static dev.rankine.tensor.vector.Lanes.SPECIES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/**
 * Tiles that reach over the border of C, or whose columns are apart there: they are made aside, in rows of
 * {@link Packing#PANEL_BYTES}, and only what belongs to C is moved.
 */
final class TileBorder {
    private TileBorder() {}

    /** Takes {@code rows} x {@code columns} numbers of C, from address {@code c} on. */
    static void read(long c, long cRow, long cColumn, int rows, int columns, long tile) {
        if (cColumn != Float.BYTES) {
            for (int i = 0; i < rows; i++) {
                for (int j = 0; j < columns; j++) {
                    Lanes.set(place(tile, i, j), Lanes.get(c + i * cRow + j * cColumn));
                }
            }
            return;
        }
        for (int j = 0; j < columns; j += COUNT) {
            VectorMask<Float> mask = Lanes.first(Math.min(COUNT, columns - j));
            for (int i = 0; i < rows; i++) {
                long from = c + i * cRow + j * (long) Float.BYTES;
                FloatVector.fromMemorySegment(SPECIES, ALL, from, ORDER, mask)
                        .intoMemorySegment(ALL, place(tile, i, j), ORDER);
            }
        }
    }

    /** Puts them back. */
    static void write(long tile, int rows, int columns, long c, long cRow, long cColumn) {
        if (cColumn != Float.BYTES) {
            for (int i = 0; i < rows; i++) {
                for (int j = 0; j < columns; j++) {
                    Lanes.set(c + i * cRow + j * cColumn, Lanes.get(place(tile, i, j)));
                }
            }
            return;
        }
        for (int j = 0; j < columns; j += COUNT) {
            VectorMask<Float> mask = Lanes.first(Math.min(COUNT, columns - j));
            for (int i = 0; i < rows; i++) {
                long to = c + i * cRow + j * (long) Float.BYTES;
                FloatVector.fromMemorySegment(SPECIES, ALL, place(tile, i, j), ORDER)
                        .intoMemorySegment(ALL, to, ORDER, mask);
            }
        }
    }

    private static long place(long tile, int row, int column) {
        return tile + row * Packing.PANEL_BYTES + column * (long) Float.BYTES;
    }
}
