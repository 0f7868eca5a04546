package dev.rankine.tensor.vector;

import static dev.rankine.tensor.vector.Lanes.ALL;
import static dev.rankine.tensor.vector.Lanes.ORDER;
import static dev.rankine.tensor.vector.Lanes.SPECIES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/**
 * Transposes a square of as many rows as a vector has lanes, in registers: log2 L rounds that exchange the
 * off-diagonal blocks of half the size, each a pair of two-vector permutes.
 *
 * <p>Written by {@code KernelGenerator}; change that, not this.
 */
final class RegisterTranspose {
    private RegisterTranspose() {}

    /** Of each row {@code width} numbers are read; what is missing becomes rows of zeros. */
    static void square16(long from, long fromStep, long to, long toStep, int width) {
        VectorMask<Float> mask = SPECIES.indexInRange(0, width);
        FloatVector r0 = FloatVector.fromMemorySegment(SPECIES, ALL, from, ORDER, mask);
        FloatVector r1 = FloatVector.fromMemorySegment(SPECIES, ALL, from + fromStep, ORDER, mask);
        FloatVector r2 = FloatVector.fromMemorySegment(SPECIES, ALL, from + 2 * fromStep, ORDER, mask);
        FloatVector r3 = FloatVector.fromMemorySegment(SPECIES, ALL, from + 3 * fromStep, ORDER, mask);
        FloatVector r4 = FloatVector.fromMemorySegment(SPECIES, ALL, from + 4 * fromStep, ORDER, mask);
        FloatVector r5 = FloatVector.fromMemorySegment(SPECIES, ALL, from + 5 * fromStep, ORDER, mask);
        FloatVector r6 = FloatVector.fromMemorySegment(SPECIES, ALL, from + 6 * fromStep, ORDER, mask);
        FloatVector r7 = FloatVector.fromMemorySegment(SPECIES, ALL, from + 7 * fromStep, ORDER, mask);
        FloatVector r8 = FloatVector.fromMemorySegment(SPECIES, ALL, from + 8 * fromStep, ORDER, mask);
        FloatVector r9 = FloatVector.fromMemorySegment(SPECIES, ALL, from + 9 * fromStep, ORDER, mask);
        FloatVector r10 = FloatVector.fromMemorySegment(SPECIES, ALL, from + 10 * fromStep, ORDER, mask);
        FloatVector r11 = FloatVector.fromMemorySegment(SPECIES, ALL, from + 11 * fromStep, ORDER, mask);
        FloatVector r12 = FloatVector.fromMemorySegment(SPECIES, ALL, from + 12 * fromStep, ORDER, mask);
        FloatVector r13 = FloatVector.fromMemorySegment(SPECIES, ALL, from + 13 * fromStep, ORDER, mask);
        FloatVector r14 = FloatVector.fromMemorySegment(SPECIES, ALL, from + 14 * fromStep, ORDER, mask);
        FloatVector r15 = FloatVector.fromMemorySegment(SPECIES, ALL, from + 15 * fromStep, ORDER, mask);
        FloatVector lower;
        lower = Interleave.LOWER_8.selectFrom(r0, r8);
        r8 = Interleave.UPPER_8.selectFrom(r0, r8);
        r0 = lower;
        lower = Interleave.LOWER_8.selectFrom(r1, r9);
        r9 = Interleave.UPPER_8.selectFrom(r1, r9);
        r1 = lower;
        lower = Interleave.LOWER_8.selectFrom(r2, r10);
        r10 = Interleave.UPPER_8.selectFrom(r2, r10);
        r2 = lower;
        lower = Interleave.LOWER_8.selectFrom(r3, r11);
        r11 = Interleave.UPPER_8.selectFrom(r3, r11);
        r3 = lower;
        lower = Interleave.LOWER_8.selectFrom(r4, r12);
        r12 = Interleave.UPPER_8.selectFrom(r4, r12);
        r4 = lower;
        lower = Interleave.LOWER_8.selectFrom(r5, r13);
        r13 = Interleave.UPPER_8.selectFrom(r5, r13);
        r5 = lower;
        lower = Interleave.LOWER_8.selectFrom(r6, r14);
        r14 = Interleave.UPPER_8.selectFrom(r6, r14);
        r6 = lower;
        lower = Interleave.LOWER_8.selectFrom(r7, r15);
        r15 = Interleave.UPPER_8.selectFrom(r7, r15);
        r7 = lower;
        lower = Interleave.LOWER_4.selectFrom(r0, r4);
        r4 = Interleave.UPPER_4.selectFrom(r0, r4);
        r0 = lower;
        lower = Interleave.LOWER_4.selectFrom(r1, r5);
        r5 = Interleave.UPPER_4.selectFrom(r1, r5);
        r1 = lower;
        lower = Interleave.LOWER_4.selectFrom(r2, r6);
        r6 = Interleave.UPPER_4.selectFrom(r2, r6);
        r2 = lower;
        lower = Interleave.LOWER_4.selectFrom(r3, r7);
        r7 = Interleave.UPPER_4.selectFrom(r3, r7);
        r3 = lower;
        lower = Interleave.LOWER_4.selectFrom(r8, r12);
        r12 = Interleave.UPPER_4.selectFrom(r8, r12);
        r8 = lower;
        lower = Interleave.LOWER_4.selectFrom(r9, r13);
        r13 = Interleave.UPPER_4.selectFrom(r9, r13);
        r9 = lower;
        lower = Interleave.LOWER_4.selectFrom(r10, r14);
        r14 = Interleave.UPPER_4.selectFrom(r10, r14);
        r10 = lower;
        lower = Interleave.LOWER_4.selectFrom(r11, r15);
        r15 = Interleave.UPPER_4.selectFrom(r11, r15);
        r11 = lower;
        lower = Interleave.LOWER_2.selectFrom(r0, r2);
        r2 = Interleave.UPPER_2.selectFrom(r0, r2);
        r0 = lower;
        lower = Interleave.LOWER_2.selectFrom(r1, r3);
        r3 = Interleave.UPPER_2.selectFrom(r1, r3);
        r1 = lower;
        lower = Interleave.LOWER_2.selectFrom(r4, r6);
        r6 = Interleave.UPPER_2.selectFrom(r4, r6);
        r4 = lower;
        lower = Interleave.LOWER_2.selectFrom(r5, r7);
        r7 = Interleave.UPPER_2.selectFrom(r5, r7);
        r5 = lower;
        lower = Interleave.LOWER_2.selectFrom(r8, r10);
        r10 = Interleave.UPPER_2.selectFrom(r8, r10);
        r8 = lower;
        lower = Interleave.LOWER_2.selectFrom(r9, r11);
        r11 = Interleave.UPPER_2.selectFrom(r9, r11);
        r9 = lower;
        lower = Interleave.LOWER_2.selectFrom(r12, r14);
        r14 = Interleave.UPPER_2.selectFrom(r12, r14);
        r12 = lower;
        lower = Interleave.LOWER_2.selectFrom(r13, r15);
        r15 = Interleave.UPPER_2.selectFrom(r13, r15);
        r13 = lower;
        lower = Interleave.LOWER_1.selectFrom(r0, r1);
        r1 = Interleave.UPPER_1.selectFrom(r0, r1);
        r0 = lower;
        lower = Interleave.LOWER_1.selectFrom(r2, r3);
        r3 = Interleave.UPPER_1.selectFrom(r2, r3);
        r2 = lower;
        lower = Interleave.LOWER_1.selectFrom(r4, r5);
        r5 = Interleave.UPPER_1.selectFrom(r4, r5);
        r4 = lower;
        lower = Interleave.LOWER_1.selectFrom(r6, r7);
        r7 = Interleave.UPPER_1.selectFrom(r6, r7);
        r6 = lower;
        lower = Interleave.LOWER_1.selectFrom(r8, r9);
        r9 = Interleave.UPPER_1.selectFrom(r8, r9);
        r8 = lower;
        lower = Interleave.LOWER_1.selectFrom(r10, r11);
        r11 = Interleave.UPPER_1.selectFrom(r10, r11);
        r10 = lower;
        lower = Interleave.LOWER_1.selectFrom(r12, r13);
        r13 = Interleave.UPPER_1.selectFrom(r12, r13);
        r12 = lower;
        lower = Interleave.LOWER_1.selectFrom(r14, r15);
        r15 = Interleave.UPPER_1.selectFrom(r14, r15);
        r14 = lower;
        r0.intoMemorySegment(ALL, to, ORDER);
        r1.intoMemorySegment(ALL, to + toStep, ORDER);
        r2.intoMemorySegment(ALL, to + 2 * toStep, ORDER);
        r3.intoMemorySegment(ALL, to + 3 * toStep, ORDER);
        r4.intoMemorySegment(ALL, to + 4 * toStep, ORDER);
        r5.intoMemorySegment(ALL, to + 5 * toStep, ORDER);
        r6.intoMemorySegment(ALL, to + 6 * toStep, ORDER);
        r7.intoMemorySegment(ALL, to + 7 * toStep, ORDER);
        r8.intoMemorySegment(ALL, to + 8 * toStep, ORDER);
        r9.intoMemorySegment(ALL, to + 9 * toStep, ORDER);
        r10.intoMemorySegment(ALL, to + 10 * toStep, ORDER);
        r11.intoMemorySegment(ALL, to + 11 * toStep, ORDER);
        r12.intoMemorySegment(ALL, to + 12 * toStep, ORDER);
        r13.intoMemorySegment(ALL, to + 13 * toStep, ORDER);
        r14.intoMemorySegment(ALL, to + 14 * toStep, ORDER);
        r15.intoMemorySegment(ALL, to + 15 * toStep, ORDER);
    }

    /** Of each row {@code width} numbers are read; what is missing becomes rows of zeros. */
    static void square8(long from, long fromStep, long to, long toStep, int width) {
        VectorMask<Float> mask = SPECIES.indexInRange(0, width);
        FloatVector r0 = FloatVector.fromMemorySegment(SPECIES, ALL, from, ORDER, mask);
        FloatVector r1 = FloatVector.fromMemorySegment(SPECIES, ALL, from + fromStep, ORDER, mask);
        FloatVector r2 = FloatVector.fromMemorySegment(SPECIES, ALL, from + 2 * fromStep, ORDER, mask);
        FloatVector r3 = FloatVector.fromMemorySegment(SPECIES, ALL, from + 3 * fromStep, ORDER, mask);
        FloatVector r4 = FloatVector.fromMemorySegment(SPECIES, ALL, from + 4 * fromStep, ORDER, mask);
        FloatVector r5 = FloatVector.fromMemorySegment(SPECIES, ALL, from + 5 * fromStep, ORDER, mask);
        FloatVector r6 = FloatVector.fromMemorySegment(SPECIES, ALL, from + 6 * fromStep, ORDER, mask);
        FloatVector r7 = FloatVector.fromMemorySegment(SPECIES, ALL, from + 7 * fromStep, ORDER, mask);
        FloatVector lower;
        lower = Interleave.LOWER_4.selectFrom(r0, r4);
        r4 = Interleave.UPPER_4.selectFrom(r0, r4);
        r0 = lower;
        lower = Interleave.LOWER_4.selectFrom(r1, r5);
        r5 = Interleave.UPPER_4.selectFrom(r1, r5);
        r1 = lower;
        lower = Interleave.LOWER_4.selectFrom(r2, r6);
        r6 = Interleave.UPPER_4.selectFrom(r2, r6);
        r2 = lower;
        lower = Interleave.LOWER_4.selectFrom(r3, r7);
        r7 = Interleave.UPPER_4.selectFrom(r3, r7);
        r3 = lower;
        lower = Interleave.LOWER_2.selectFrom(r0, r2);
        r2 = Interleave.UPPER_2.selectFrom(r0, r2);
        r0 = lower;
        lower = Interleave.LOWER_2.selectFrom(r1, r3);
        r3 = Interleave.UPPER_2.selectFrom(r1, r3);
        r1 = lower;
        lower = Interleave.LOWER_2.selectFrom(r4, r6);
        r6 = Interleave.UPPER_2.selectFrom(r4, r6);
        r4 = lower;
        lower = Interleave.LOWER_2.selectFrom(r5, r7);
        r7 = Interleave.UPPER_2.selectFrom(r5, r7);
        r5 = lower;
        lower = Interleave.LOWER_1.selectFrom(r0, r1);
        r1 = Interleave.UPPER_1.selectFrom(r0, r1);
        r0 = lower;
        lower = Interleave.LOWER_1.selectFrom(r2, r3);
        r3 = Interleave.UPPER_1.selectFrom(r2, r3);
        r2 = lower;
        lower = Interleave.LOWER_1.selectFrom(r4, r5);
        r5 = Interleave.UPPER_1.selectFrom(r4, r5);
        r4 = lower;
        lower = Interleave.LOWER_1.selectFrom(r6, r7);
        r7 = Interleave.UPPER_1.selectFrom(r6, r7);
        r6 = lower;
        r0.intoMemorySegment(ALL, to, ORDER);
        r1.intoMemorySegment(ALL, to + toStep, ORDER);
        r2.intoMemorySegment(ALL, to + 2 * toStep, ORDER);
        r3.intoMemorySegment(ALL, to + 3 * toStep, ORDER);
        r4.intoMemorySegment(ALL, to + 4 * toStep, ORDER);
        r5.intoMemorySegment(ALL, to + 5 * toStep, ORDER);
        r6.intoMemorySegment(ALL, to + 6 * toStep, ORDER);
        r7.intoMemorySegment(ALL, to + 7 * toStep, ORDER);
    }

    /** Of each row {@code width} numbers are read; what is missing becomes rows of zeros. */
    static void square4(long from, long fromStep, long to, long toStep, int width) {
        VectorMask<Float> mask = SPECIES.indexInRange(0, width);
        FloatVector r0 = FloatVector.fromMemorySegment(SPECIES, ALL, from, ORDER, mask);
        FloatVector r1 = FloatVector.fromMemorySegment(SPECIES, ALL, from + fromStep, ORDER, mask);
        FloatVector r2 = FloatVector.fromMemorySegment(SPECIES, ALL, from + 2 * fromStep, ORDER, mask);
        FloatVector r3 = FloatVector.fromMemorySegment(SPECIES, ALL, from + 3 * fromStep, ORDER, mask);
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
}
