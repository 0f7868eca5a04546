package dev.rankine.tensor.vector;

import static dev.rankine.tensor.vector.Lanes.ALL;
import static dev.rankine.tensor.vector.Lanes.ORDER;
import static dev.rankine.tensor.vector.Lanes.SPECIES;

import jdk.incubator.vector.FloatVector;

/**
 * Rounds of the transpose of a square of as many rows as a vector has lanes: each exchanges the off-diagonal
 * blocks of half the size by pairs of two-vector permutes, on four rows at a time.
 *
 * <p>Written by {@code KernelGenerator}; change that, not this.
 */
final class RegisterTranspose {
    private RegisterTranspose() {}

    /** Exchanges the quarters and sixteenths of a square of 16 rows, of which it is given every fourth. */
    static void rounds8And4(long from, long fromStep, long to, long toStep) {
        FloatVector r0 = FloatVector.fromMemorySegment(SPECIES, ALL, from, ORDER);
        FloatVector r1 = FloatVector.fromMemorySegment(SPECIES, ALL, from + fromStep, ORDER);
        FloatVector r2 = FloatVector.fromMemorySegment(SPECIES, ALL, from + 2 * fromStep, ORDER);
        FloatVector r3 = FloatVector.fromMemorySegment(SPECIES, ALL, from + 3 * fromStep, ORDER);
        FloatVector lower;
        lower = Interleave.LOWER_8.selectFrom(r0, r2);
        r2 = Interleave.UPPER_8.selectFrom(r0, r2);
        r0 = lower;
        lower = Interleave.LOWER_8.selectFrom(r1, r3);
        r3 = Interleave.UPPER_8.selectFrom(r1, r3);
        r1 = lower;
        lower = Interleave.LOWER_4.selectFrom(r0, r1);
        r1 = Interleave.UPPER_4.selectFrom(r0, r1);
        r0 = lower;
        lower = Interleave.LOWER_4.selectFrom(r2, r3);
        r3 = Interleave.UPPER_4.selectFrom(r2, r3);
        r2 = lower;
        r0.intoMemorySegment(ALL, to, ORDER);
        r1.intoMemorySegment(ALL, to + toStep, ORDER);
        r2.intoMemorySegment(ALL, to + 2 * toStep, ORDER);
        r3.intoMemorySegment(ALL, to + 3 * toStep, ORDER);
    }

    /** Exchanges the quarters of a square of 8 rows, of which it is given every second. */
    static void rounds4(long from, long fromStep, long to, long toStep) {
        FloatVector r0 = FloatVector.fromMemorySegment(SPECIES, ALL, from, ORDER);
        FloatVector r1 = FloatVector.fromMemorySegment(SPECIES, ALL, from + fromStep, ORDER);
        FloatVector r2 = FloatVector.fromMemorySegment(SPECIES, ALL, from + 2 * fromStep, ORDER);
        FloatVector r3 = FloatVector.fromMemorySegment(SPECIES, ALL, from + 3 * fromStep, ORDER);
        FloatVector lower;
        lower = Interleave.LOWER_4.selectFrom(r0, r2);
        r2 = Interleave.UPPER_4.selectFrom(r0, r2);
        r0 = lower;
        lower = Interleave.LOWER_4.selectFrom(r1, r3);
        r3 = Interleave.UPPER_4.selectFrom(r1, r3);
        r1 = lower;
        r0.intoMemorySegment(ALL, to, ORDER);
        r1.intoMemorySegment(ALL, to + toStep, ORDER);
        r2.intoMemorySegment(ALL, to + 2 * toStep, ORDER);
        r3.intoMemorySegment(ALL, to + 3 * toStep, ORDER);
    }

    /** Ends the transpose of four neighbouring rows. */
    static void rounds2And1(long from, long fromStep, long to, long toStep) {
        FloatVector r0 = FloatVector.fromMemorySegment(SPECIES, ALL, from, ORDER);
        FloatVector r1 = FloatVector.fromMemorySegment(SPECIES, ALL, from + fromStep, ORDER);
        FloatVector r2 = FloatVector.fromMemorySegment(SPECIES, ALL, from + 2 * fromStep, ORDER);
        FloatVector r3 = FloatVector.fromMemorySegment(SPECIES, ALL, from + 3 * fromStep, ORDER);
        FloatVector lower;
        lower = Interleave.LOWER_2.selectFrom(r0, r2);
        r2 = Interleave.UPPER_2.selectFrom(r0, r2);
        r0 = lower;
        lower = Interleave.LOWER_2.selectFrom(r1, r3);
        r3 = Interleave.UPPER_2.selectFrom(r1, r3);
        r1 = lower;
        lower = Interleave.LOWER_1.selectFrom(r0, r1);
        r1 = Interleave.UPPER_1.selectFrom(r0, r1);
        r0 = lower;
        lower = Interleave.LOWER_1.selectFrom(r2, r3);
        r3 = Interleave.UPPER_1.selectFrom(r2, r3);
        r2 = lower;
        r0.intoMemorySegment(ALL, to, ORDER);
        r1.intoMemorySegment(ALL, to + toStep, ORDER);
        r2.intoMemorySegment(ALL, to + 2 * toStep, ORDER);
        r3.intoMemorySegment(ALL, to + 3 * toStep, ORDER);
    }

    /** {@link #rounds2And1} into an array. */
    static void rounds2And1(long from, long fromStep, float[] to, int at, int toStep) {
        FloatVector r0 = FloatVector.fromMemorySegment(SPECIES, ALL, from, ORDER);
        FloatVector r1 = FloatVector.fromMemorySegment(SPECIES, ALL, from + fromStep, ORDER);
        FloatVector r2 = FloatVector.fromMemorySegment(SPECIES, ALL, from + 2 * fromStep, ORDER);
        FloatVector r3 = FloatVector.fromMemorySegment(SPECIES, ALL, from + 3 * fromStep, ORDER);
        FloatVector lower;
        lower = Interleave.LOWER_2.selectFrom(r0, r2);
        r2 = Interleave.UPPER_2.selectFrom(r0, r2);
        r0 = lower;
        lower = Interleave.LOWER_2.selectFrom(r1, r3);
        r3 = Interleave.UPPER_2.selectFrom(r1, r3);
        r1 = lower;
        lower = Interleave.LOWER_1.selectFrom(r0, r1);
        r1 = Interleave.UPPER_1.selectFrom(r0, r1);
        r0 = lower;
        lower = Interleave.LOWER_1.selectFrom(r2, r3);
        r3 = Interleave.UPPER_1.selectFrom(r2, r3);
        r2 = lower;
        r0.intoArray(to, at);
        r1.intoArray(to, at + toStep);
        r2.intoArray(to, at + 2 * toStep);
        r3.intoArray(to, at + 3 * toStep);
    }
}
