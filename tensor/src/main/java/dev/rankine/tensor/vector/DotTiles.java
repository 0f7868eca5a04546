package dev.rankine.tensor.vector;

import static dev.rankine.tensor.vector.Lanes.ALL;
import static dev.rankine.tensor.vector.Lanes.BYTES;
import static dev.rankine.tensor.vector.Lanes.ORDER;
import static dev.rankine.tensor.vector.Lanes.SPECIES;

import jdk.incubator.vector.FloatVector;

/**
 * Dot products for narrow results: two rows of A against L/2 columns of B, both running along k, so that
 * the L accumulators fold into one vector, which is stored: the sums of the first row in its lower half, of
 * the second in its upper. The fold is the tree of {@link Interleave}, which depends on nothing but L.
 *
 * <p>Written by {@code KernelGenerator}; change that, not this.
 */
final class DotTiles {
    private DotTiles() {}

    /** k runs over {@code steps} vectors. */
    static void dots16(int steps, long a, long aStep, long b, long bStep, long to) {
        FloatVector zero = FloatVector.zero(SPECIES);
        FloatVector s0 = zero;
        FloatVector s1 = zero;
        FloatVector s2 = zero;
        FloatVector s3 = zero;
        FloatVector s4 = zero;
        FloatVector s5 = zero;
        FloatVector s6 = zero;
        FloatVector s7 = zero;
        FloatVector s8 = zero;
        FloatVector s9 = zero;
        FloatVector s10 = zero;
        FloatVector s11 = zero;
        FloatVector s12 = zero;
        FloatVector s13 = zero;
        FloatVector s14 = zero;
        FloatVector s15 = zero;
        for (int k = 0; k < steps; k++) {
            FloatVector a0 = FloatVector.fromMemorySegment(SPECIES, ALL, a, ORDER);
            FloatVector a1 = FloatVector.fromMemorySegment(SPECIES, ALL, a + aStep, ORDER);
            FloatVector b0 = FloatVector.fromMemorySegment(SPECIES, ALL, b, ORDER);
            s0 = a0.fma(b0, s0);
            s8 = a1.fma(b0, s8);
            FloatVector b1 = FloatVector.fromMemorySegment(SPECIES, ALL, b + bStep, ORDER);
            s1 = a0.fma(b1, s1);
            s9 = a1.fma(b1, s9);
            FloatVector b2 = FloatVector.fromMemorySegment(SPECIES, ALL, b + 2 * bStep, ORDER);
            s2 = a0.fma(b2, s2);
            s10 = a1.fma(b2, s10);
            FloatVector b3 = FloatVector.fromMemorySegment(SPECIES, ALL, b + 3 * bStep, ORDER);
            s3 = a0.fma(b3, s3);
            s11 = a1.fma(b3, s11);
            FloatVector b4 = FloatVector.fromMemorySegment(SPECIES, ALL, b + 4 * bStep, ORDER);
            s4 = a0.fma(b4, s4);
            s12 = a1.fma(b4, s12);
            FloatVector b5 = FloatVector.fromMemorySegment(SPECIES, ALL, b + 5 * bStep, ORDER);
            s5 = a0.fma(b5, s5);
            s13 = a1.fma(b5, s13);
            FloatVector b6 = FloatVector.fromMemorySegment(SPECIES, ALL, b + 6 * bStep, ORDER);
            s6 = a0.fma(b6, s6);
            s14 = a1.fma(b6, s14);
            FloatVector b7 = FloatVector.fromMemorySegment(SPECIES, ALL, b + 7 * bStep, ORDER);
            s7 = a0.fma(b7, s7);
            s15 = a1.fma(b7, s15);
            a += BYTES;
            b += BYTES;
        }
        s0 = Interleave.LOWER_8.selectFrom(s0, s8).add(Interleave.UPPER_8.selectFrom(s0, s8));
        s1 = Interleave.LOWER_8.selectFrom(s1, s9).add(Interleave.UPPER_8.selectFrom(s1, s9));
        s2 = Interleave.LOWER_8.selectFrom(s2, s10).add(Interleave.UPPER_8.selectFrom(s2, s10));
        s3 = Interleave.LOWER_8.selectFrom(s3, s11).add(Interleave.UPPER_8.selectFrom(s3, s11));
        s4 = Interleave.LOWER_8.selectFrom(s4, s12).add(Interleave.UPPER_8.selectFrom(s4, s12));
        s5 = Interleave.LOWER_8.selectFrom(s5, s13).add(Interleave.UPPER_8.selectFrom(s5, s13));
        s6 = Interleave.LOWER_8.selectFrom(s6, s14).add(Interleave.UPPER_8.selectFrom(s6, s14));
        s7 = Interleave.LOWER_8.selectFrom(s7, s15).add(Interleave.UPPER_8.selectFrom(s7, s15));
        s0 = Interleave.LOWER_4.selectFrom(s0, s4).add(Interleave.UPPER_4.selectFrom(s0, s4));
        s1 = Interleave.LOWER_4.selectFrom(s1, s5).add(Interleave.UPPER_4.selectFrom(s1, s5));
        s2 = Interleave.LOWER_4.selectFrom(s2, s6).add(Interleave.UPPER_4.selectFrom(s2, s6));
        s3 = Interleave.LOWER_4.selectFrom(s3, s7).add(Interleave.UPPER_4.selectFrom(s3, s7));
        s0 = Interleave.LOWER_2.selectFrom(s0, s2).add(Interleave.UPPER_2.selectFrom(s0, s2));
        s1 = Interleave.LOWER_2.selectFrom(s1, s3).add(Interleave.UPPER_2.selectFrom(s1, s3));
        s0 = Interleave.LOWER_1.selectFrom(s0, s1).add(Interleave.UPPER_1.selectFrom(s0, s1));
        s0.intoMemorySegment(ALL, to, ORDER);
    }

    /** k runs over {@code steps} vectors. */
    static void dots8(int steps, long a, long aStep, long b, long bStep, long to) {
        FloatVector zero = FloatVector.zero(SPECIES);
        FloatVector s0 = zero;
        FloatVector s1 = zero;
        FloatVector s2 = zero;
        FloatVector s3 = zero;
        FloatVector s4 = zero;
        FloatVector s5 = zero;
        FloatVector s6 = zero;
        FloatVector s7 = zero;
        for (int k = 0; k < steps; k++) {
            FloatVector a0 = FloatVector.fromMemorySegment(SPECIES, ALL, a, ORDER);
            FloatVector a1 = FloatVector.fromMemorySegment(SPECIES, ALL, a + aStep, ORDER);
            FloatVector b0 = FloatVector.fromMemorySegment(SPECIES, ALL, b, ORDER);
            s0 = a0.fma(b0, s0);
            s4 = a1.fma(b0, s4);
            FloatVector b1 = FloatVector.fromMemorySegment(SPECIES, ALL, b + bStep, ORDER);
            s1 = a0.fma(b1, s1);
            s5 = a1.fma(b1, s5);
            FloatVector b2 = FloatVector.fromMemorySegment(SPECIES, ALL, b + 2 * bStep, ORDER);
            s2 = a0.fma(b2, s2);
            s6 = a1.fma(b2, s6);
            FloatVector b3 = FloatVector.fromMemorySegment(SPECIES, ALL, b + 3 * bStep, ORDER);
            s3 = a0.fma(b3, s3);
            s7 = a1.fma(b3, s7);
            a += BYTES;
            b += BYTES;
        }
        s0 = Interleave.LOWER_4.selectFrom(s0, s4).add(Interleave.UPPER_4.selectFrom(s0, s4));
        s1 = Interleave.LOWER_4.selectFrom(s1, s5).add(Interleave.UPPER_4.selectFrom(s1, s5));
        s2 = Interleave.LOWER_4.selectFrom(s2, s6).add(Interleave.UPPER_4.selectFrom(s2, s6));
        s3 = Interleave.LOWER_4.selectFrom(s3, s7).add(Interleave.UPPER_4.selectFrom(s3, s7));
        s0 = Interleave.LOWER_2.selectFrom(s0, s2).add(Interleave.UPPER_2.selectFrom(s0, s2));
        s1 = Interleave.LOWER_2.selectFrom(s1, s3).add(Interleave.UPPER_2.selectFrom(s1, s3));
        s0 = Interleave.LOWER_1.selectFrom(s0, s1).add(Interleave.UPPER_1.selectFrom(s0, s1));
        s0.intoMemorySegment(ALL, to, ORDER);
    }

    /** k runs over {@code steps} vectors. */
    static void dots4(int steps, long a, long aStep, long b, long bStep, long to) {
        FloatVector zero = FloatVector.zero(SPECIES);
        FloatVector s0 = zero;
        FloatVector s1 = zero;
        FloatVector s2 = zero;
        FloatVector s3 = zero;
        for (int k = 0; k < steps; k++) {
            FloatVector a0 = FloatVector.fromMemorySegment(SPECIES, ALL, a, ORDER);
            FloatVector a1 = FloatVector.fromMemorySegment(SPECIES, ALL, a + aStep, ORDER);
            FloatVector b0 = FloatVector.fromMemorySegment(SPECIES, ALL, b, ORDER);
            s0 = a0.fma(b0, s0);
            s2 = a1.fma(b0, s2);
            FloatVector b1 = FloatVector.fromMemorySegment(SPECIES, ALL, b + bStep, ORDER);
            s1 = a0.fma(b1, s1);
            s3 = a1.fma(b1, s3);
            a += BYTES;
            b += BYTES;
        }
        s0 = Interleave.LOWER_2.selectFrom(s0, s2).add(Interleave.UPPER_2.selectFrom(s0, s2));
        s1 = Interleave.LOWER_2.selectFrom(s1, s3).add(Interleave.UPPER_2.selectFrom(s1, s3));
        s0 = Interleave.LOWER_1.selectFrom(s0, s1).add(Interleave.UPPER_1.selectFrom(s0, s1));
        s0.intoMemorySegment(ALL, to, ORDER);
    }
}
