package dev.rankine.tensor.vector;

import static dev.rankine.tensor.vector.Lanes.ALL;
import static dev.rankine.tensor.vector.Lanes.BYTES;
import static dev.rankine.tensor.vector.Lanes.COUNT;
import static dev.rankine.tensor.vector.Lanes.ORDER;
import static dev.rankine.tensor.vector.Lanes.SPECIES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/**
 * Sums and maxima over a contiguous row of floats. Four vectors take turns, then they and their lanes are folded in
 * pairs: the order depends on the row's length and the vector width alone.
 */
final class Rows {
    private Rows() {}

    static float sum(long x, int count) {
        FloatVector s0 = FloatVector.zero(SPECIES);
        FloatVector s1 = FloatVector.zero(SPECIES);
        FloatVector s2 = FloatVector.zero(SPECIES);
        FloatVector s3 = FloatVector.zero(SPECIES);
        int i = 0;
        for (; i + 4 * COUNT <= count; i += 4 * COUNT) {
            s0 = s0.add(FloatVector.fromMemorySegment(SPECIES, ALL, x, ORDER));
            s1 = s1.add(FloatVector.fromMemorySegment(SPECIES, ALL, x + BYTES, ORDER));
            s2 = s2.add(FloatVector.fromMemorySegment(SPECIES, ALL, x + 2L * BYTES, ORDER));
            s3 = s3.add(FloatVector.fromMemorySegment(SPECIES, ALL, x + 3L * BYTES, ORDER));
            x += 4L * BYTES;
        }
        for (; i + COUNT <= count; i += COUNT) {
            s0 = s0.add(FloatVector.fromMemorySegment(SPECIES, ALL, x, ORDER));
            x += BYTES;
        }
        if (i < count) {
            s1 = s1.add(FloatVector.fromMemorySegment(SPECIES, ALL, x, ORDER, Lanes.first(count - i)));
        }
        return Lanes.sum(s0.add(s1).add(s2.add(s3)));
    }

    /** Negative infinity for an empty row; NaN if any element is. */
    static float max(long x, int count) {
        FloatVector lowest = FloatVector.broadcast(SPECIES, Float.NEGATIVE_INFINITY);
        FloatVector m0 = lowest;
        FloatVector m1 = lowest;
        int i = 0;
        for (; i + 2 * COUNT <= count; i += 2 * COUNT) {
            m0 = m0.max(FloatVector.fromMemorySegment(SPECIES, ALL, x, ORDER));
            m1 = m1.max(FloatVector.fromMemorySegment(SPECIES, ALL, x + BYTES, ORDER));
            x += 2L * BYTES;
        }
        if (i + COUNT <= count) {
            m0 = m0.max(FloatVector.fromMemorySegment(SPECIES, ALL, x, ORDER));
            x += BYTES;
            i += COUNT;
        }
        if (i < count) {
            VectorMask<Float> mask = Lanes.first(count - i);
            m1 = m1.max(lowest.blend(FloatVector.fromMemorySegment(SPECIES, ALL, x, ORDER, mask), mask));
        }
        return Lanes.max(m0.max(m1));
    }

    /** to[j] += the sum over i of x[i, j]: a column of vectors at a time. */
    static void addColumns(long x, long step, int rows, long to, int columns) {
        for (int j = 0; j < columns; j += COUNT) {
            VectorMask<Float> mask = Lanes.first(Math.min(COUNT, columns - j));
            long from = x + j * (long) Float.BYTES;
            FloatVector even = FloatVector.zero(SPECIES);
            FloatVector odd = FloatVector.zero(SPECIES);
            int i = 0;
            for (; i + 2 <= rows; i += 2) {
                even = even.add(FloatVector.fromMemorySegment(SPECIES, ALL, from, ORDER, mask));
                odd = odd.add(FloatVector.fromMemorySegment(SPECIES, ALL, from + step, ORDER, mask));
                from += 2 * step;
            }
            if (i < rows) {
                even = even.add(FloatVector.fromMemorySegment(SPECIES, ALL, from, ORDER, mask));
            }
            long place = to + j * (long) Float.BYTES;
            FloatVector.fromMemorySegment(SPECIES, ALL, place, ORDER, mask)
                    .add(even.add(odd))
                    .intoMemorySegment(ALL, place, ORDER, mask);
        }
    }

    /** to[j] = the largest of itself and x[i, j] over i. */
    static void maxColumns(long x, long step, int rows, long to, int columns) {
        for (int j = 0; j < columns; j += COUNT) {
            VectorMask<Float> mask = Lanes.first(Math.min(COUNT, columns - j));
            long from = x + j * (long) Float.BYTES;
            long place = to + j * (long) Float.BYTES;
            FloatVector largest = FloatVector.fromMemorySegment(SPECIES, ALL, place, ORDER, mask);
            for (int i = 0; i < rows; i++) {
                largest = largest.max(FloatVector.fromMemorySegment(SPECIES, ALL, from, ORDER, mask));
                from += step;
            }
            largest.intoMemorySegment(ALL, place, ORDER, mask);
        }
    }
}
