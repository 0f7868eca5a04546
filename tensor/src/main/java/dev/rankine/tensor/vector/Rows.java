package dev.rankine.tensor.vector;

import static dev.rankine.tensor.vector.Lanes.ALL;
import static dev.rankine.tensor.vector.Lanes.BYTES;
import static dev.rankine.tensor.vector.Lanes.COUNT;
import static dev.rankine.tensor.vector.Lanes.ORDER;
import static dev.rankine.tensor.vector.Lanes.SPECIES;
import static dev.rankine.tensor.vector.VectorMath.MINUS_INFINITY;
import static dev.rankine.tensor.vector.VectorMath.ONE;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/**
 * Sums and maxima over a contiguous row of floats. Four vectors take turns, then they and their lanes are folded in
 * pairs: the order depends on the row's length and the vector width alone. Two sums are added by 1 a + b, see {@link Lanes}.
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
            s0 = FloatVector.fromMemorySegment(SPECIES, ALL, x, ORDER).add(s0);
            s1 = FloatVector.fromMemorySegment(SPECIES, ALL, x + BYTES, ORDER).add(s1);
            s2 = FloatVector.fromMemorySegment(SPECIES, ALL, x + 2L * BYTES, ORDER)
                    .add(s2);
            s3 = FloatVector.fromMemorySegment(SPECIES, ALL, x + 3L * BYTES, ORDER)
                    .add(s3);
            x += 4L * BYTES;
        }
        for (; i + COUNT <= count; i += COUNT) {
            s0 = FloatVector.fromMemorySegment(SPECIES, ALL, x, ORDER).add(s0);
            x += BYTES;
        }
        if (i < count) {
            VectorMask<Float> rest = SPECIES.indexInRange(i, count);
            s1 = FloatVector.fromMemorySegment(SPECIES, ALL, x, ORDER, rest).add(s1);
        }
        return Lanes.sum(ONE.fma(s0, s1).add(ONE.fma(s2, s3)));
    }

    /** Negative infinity for an empty row; NaN if any element is. */
    static float max(long x, int count) {
        FloatVector m0 = FloatVector.broadcast(SPECIES, Float.NEGATIVE_INFINITY);
        FloatVector m1 = FloatVector.broadcast(SPECIES, Float.NEGATIVE_INFINITY);
        int i = 0;
        for (; i + 2 * COUNT <= count; i += 2 * COUNT) {
            m0 = FloatVector.fromMemorySegment(SPECIES, ALL, x, ORDER).max(m0);
            m1 = FloatVector.fromMemorySegment(SPECIES, ALL, x + BYTES, ORDER).max(m1);
            x += 2L * BYTES;
        }
        if (i + COUNT <= count) {
            m0 = FloatVector.fromMemorySegment(SPECIES, ALL, x, ORDER).max(m0);
            x += BYTES;
            i += COUNT;
        }
        if (i < count) {
            VectorMask<Float> rest = SPECIES.indexInRange(i, count);
            m1 = MINUS_INFINITY
                    .blend(FloatVector.fromMemorySegment(SPECIES, ALL, x, ORDER, rest), rest)
                    .max(m1);
        }
        return Lanes.max(MINUS_INFINITY.max(m0).max(m1));
    }

    /** to[j] += the sum over i of x[i, j]: a column of vectors at a time. */
    static void addColumns(long x, long step, int rows, long to, int columns) {
        for (int j = 0; j < columns; j += COUNT) {
            VectorMask<Float> mask = SPECIES.indexInRange(j, columns);
            long from = x + j * (long) Float.BYTES;
            FloatVector even = FloatVector.zero(SPECIES);
            FloatVector odd = FloatVector.zero(SPECIES);
            int i = 0;
            for (; i + 2 <= rows; i += 2) {
                even = FloatVector.fromMemorySegment(SPECIES, ALL, from, ORDER, mask)
                        .add(even);
                odd = FloatVector.fromMemorySegment(SPECIES, ALL, from + step, ORDER, mask)
                        .add(odd);
                from += 2 * step;
            }
            if (i < rows) {
                even = FloatVector.fromMemorySegment(SPECIES, ALL, from, ORDER, mask)
                        .add(even);
            }
            long place = to + j * (long) Float.BYTES;
            FloatVector.fromMemorySegment(SPECIES, ALL, place, ORDER, mask)
                    .add(ONE.fma(even, odd))
                    .intoMemorySegment(ALL, place, ORDER, mask);
        }
    }

    /** to[j] = the largest of itself and x[i, j] over i. */
    static void maxColumns(long x, long step, int rows, long to, int columns) {
        for (int j = 0; j < columns; j += COUNT) {
            VectorMask<Float> mask = SPECIES.indexInRange(j, columns);
            long from = x + j * (long) Float.BYTES;
            long place = to + j * (long) Float.BYTES;
            FloatVector largest = FloatVector.fromMemorySegment(SPECIES, ALL, place, ORDER, mask);
            for (int i = 0; i < rows; i++) {
                largest = FloatVector.fromMemorySegment(SPECIES, ALL, from, ORDER, mask)
                        .max(largest);
                from += step;
            }
            MINUS_INFINITY.max(largest).intoMemorySegment(ALL, place, ORDER, mask);
        }
    }
}
