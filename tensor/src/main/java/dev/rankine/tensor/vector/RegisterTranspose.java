package dev.rankine.tensor.vector;

import static dev.rankine.tensor.vector.Lanes.ALL;
import static dev.rankine.tensor.vector.Lanes.BYTES;
import static dev.rankine.tensor.vector.Lanes.COUNT;
import static dev.rankine.tensor.vector.Lanes.INTS;
import static dev.rankine.tensor.vector.Lanes.ORDER;

import jdk.incubator.vector.IntVector;

/**
 * Transposes squares of as many rows as a vector has lanes, all in registers: each round exchanges the off-diagonal
 * blocks of half the size by two-vector permutes. Floats pass as integers, as which their indices are used.
 * Some rows are interleaved likewise.
 *
 * <p>Written by {@code KernelGenerator}; change that, not this.
 */
final class RegisterTranspose {
    private RegisterTranspose() {}

    static void square16(long from, long fromStep, long to, long toStep) {
        IntVector r0 = IntVector.fromMemorySegment(INTS, ALL, from, ORDER);
        IntVector r1 = IntVector.fromMemorySegment(INTS, ALL, from + fromStep, ORDER);
        IntVector r2 = IntVector.fromMemorySegment(INTS, ALL, from + 2 * fromStep, ORDER);
        IntVector r3 = IntVector.fromMemorySegment(INTS, ALL, from + 3 * fromStep, ORDER);
        IntVector r4 = IntVector.fromMemorySegment(INTS, ALL, from + 4 * fromStep, ORDER);
        IntVector r5 = IntVector.fromMemorySegment(INTS, ALL, from + 5 * fromStep, ORDER);
        IntVector r6 = IntVector.fromMemorySegment(INTS, ALL, from + 6 * fromStep, ORDER);
        IntVector r7 = IntVector.fromMemorySegment(INTS, ALL, from + 7 * fromStep, ORDER);
        IntVector r8 = IntVector.fromMemorySegment(INTS, ALL, from + 8 * fromStep, ORDER);
        IntVector r9 = IntVector.fromMemorySegment(INTS, ALL, from + 9 * fromStep, ORDER);
        IntVector r10 = IntVector.fromMemorySegment(INTS, ALL, from + 10 * fromStep, ORDER);
        IntVector r11 = IntVector.fromMemorySegment(INTS, ALL, from + 11 * fromStep, ORDER);
        IntVector r12 = IntVector.fromMemorySegment(INTS, ALL, from + 12 * fromStep, ORDER);
        IntVector r13 = IntVector.fromMemorySegment(INTS, ALL, from + 13 * fromStep, ORDER);
        IntVector r14 = IntVector.fromMemorySegment(INTS, ALL, from + 14 * fromStep, ORDER);
        IntVector r15 = IntVector.fromMemorySegment(INTS, ALL, from + 15 * fromStep, ORDER);
        IntVector lower;
        lower = Interleave.LOWER_8_INTS.selectFrom(r0, r8);
        r8 = Interleave.UPPER_8_INTS.selectFrom(r0, r8);
        r0 = lower;
        lower = Interleave.LOWER_8_INTS.selectFrom(r1, r9);
        r9 = Interleave.UPPER_8_INTS.selectFrom(r1, r9);
        r1 = lower;
        lower = Interleave.LOWER_8_INTS.selectFrom(r2, r10);
        r10 = Interleave.UPPER_8_INTS.selectFrom(r2, r10);
        r2 = lower;
        lower = Interleave.LOWER_8_INTS.selectFrom(r3, r11);
        r11 = Interleave.UPPER_8_INTS.selectFrom(r3, r11);
        r3 = lower;
        lower = Interleave.LOWER_8_INTS.selectFrom(r4, r12);
        r12 = Interleave.UPPER_8_INTS.selectFrom(r4, r12);
        r4 = lower;
        lower = Interleave.LOWER_8_INTS.selectFrom(r5, r13);
        r13 = Interleave.UPPER_8_INTS.selectFrom(r5, r13);
        r5 = lower;
        lower = Interleave.LOWER_8_INTS.selectFrom(r6, r14);
        r14 = Interleave.UPPER_8_INTS.selectFrom(r6, r14);
        r6 = lower;
        lower = Interleave.LOWER_8_INTS.selectFrom(r7, r15);
        r15 = Interleave.UPPER_8_INTS.selectFrom(r7, r15);
        r7 = lower;
        lower = Interleave.LOWER_4_INTS.selectFrom(r0, r4);
        r4 = Interleave.UPPER_4_INTS.selectFrom(r0, r4);
        r0 = lower;
        lower = Interleave.LOWER_4_INTS.selectFrom(r1, r5);
        r5 = Interleave.UPPER_4_INTS.selectFrom(r1, r5);
        r1 = lower;
        lower = Interleave.LOWER_4_INTS.selectFrom(r2, r6);
        r6 = Interleave.UPPER_4_INTS.selectFrom(r2, r6);
        r2 = lower;
        lower = Interleave.LOWER_4_INTS.selectFrom(r3, r7);
        r7 = Interleave.UPPER_4_INTS.selectFrom(r3, r7);
        r3 = lower;
        lower = Interleave.LOWER_4_INTS.selectFrom(r8, r12);
        r12 = Interleave.UPPER_4_INTS.selectFrom(r8, r12);
        r8 = lower;
        lower = Interleave.LOWER_4_INTS.selectFrom(r9, r13);
        r13 = Interleave.UPPER_4_INTS.selectFrom(r9, r13);
        r9 = lower;
        lower = Interleave.LOWER_4_INTS.selectFrom(r10, r14);
        r14 = Interleave.UPPER_4_INTS.selectFrom(r10, r14);
        r10 = lower;
        lower = Interleave.LOWER_4_INTS.selectFrom(r11, r15);
        r15 = Interleave.UPPER_4_INTS.selectFrom(r11, r15);
        r11 = lower;
        lower = Interleave.LOWER_2_INTS.selectFrom(r0, r2);
        r2 = Interleave.UPPER_2_INTS.selectFrom(r0, r2);
        r0 = lower;
        lower = Interleave.LOWER_2_INTS.selectFrom(r1, r3);
        r3 = Interleave.UPPER_2_INTS.selectFrom(r1, r3);
        r1 = lower;
        lower = Interleave.LOWER_2_INTS.selectFrom(r4, r6);
        r6 = Interleave.UPPER_2_INTS.selectFrom(r4, r6);
        r4 = lower;
        lower = Interleave.LOWER_2_INTS.selectFrom(r5, r7);
        r7 = Interleave.UPPER_2_INTS.selectFrom(r5, r7);
        r5 = lower;
        lower = Interleave.LOWER_2_INTS.selectFrom(r8, r10);
        r10 = Interleave.UPPER_2_INTS.selectFrom(r8, r10);
        r8 = lower;
        lower = Interleave.LOWER_2_INTS.selectFrom(r9, r11);
        r11 = Interleave.UPPER_2_INTS.selectFrom(r9, r11);
        r9 = lower;
        lower = Interleave.LOWER_2_INTS.selectFrom(r12, r14);
        r14 = Interleave.UPPER_2_INTS.selectFrom(r12, r14);
        r12 = lower;
        lower = Interleave.LOWER_2_INTS.selectFrom(r13, r15);
        r15 = Interleave.UPPER_2_INTS.selectFrom(r13, r15);
        r13 = lower;
        lower = Interleave.LOWER_1_INTS.selectFrom(r0, r1);
        r1 = Interleave.UPPER_1_INTS.selectFrom(r0, r1);
        r0 = lower;
        lower = Interleave.LOWER_1_INTS.selectFrom(r2, r3);
        r3 = Interleave.UPPER_1_INTS.selectFrom(r2, r3);
        r2 = lower;
        lower = Interleave.LOWER_1_INTS.selectFrom(r4, r5);
        r5 = Interleave.UPPER_1_INTS.selectFrom(r4, r5);
        r4 = lower;
        lower = Interleave.LOWER_1_INTS.selectFrom(r6, r7);
        r7 = Interleave.UPPER_1_INTS.selectFrom(r6, r7);
        r6 = lower;
        lower = Interleave.LOWER_1_INTS.selectFrom(r8, r9);
        r9 = Interleave.UPPER_1_INTS.selectFrom(r8, r9);
        r8 = lower;
        lower = Interleave.LOWER_1_INTS.selectFrom(r10, r11);
        r11 = Interleave.UPPER_1_INTS.selectFrom(r10, r11);
        r10 = lower;
        lower = Interleave.LOWER_1_INTS.selectFrom(r12, r13);
        r13 = Interleave.UPPER_1_INTS.selectFrom(r12, r13);
        r12 = lower;
        lower = Interleave.LOWER_1_INTS.selectFrom(r14, r15);
        r15 = Interleave.UPPER_1_INTS.selectFrom(r14, r15);
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

    static void square8(long from, long fromStep, long to, long toStep) {
        IntVector r0 = IntVector.fromMemorySegment(INTS, ALL, from, ORDER);
        IntVector r1 = IntVector.fromMemorySegment(INTS, ALL, from + fromStep, ORDER);
        IntVector r2 = IntVector.fromMemorySegment(INTS, ALL, from + 2 * fromStep, ORDER);
        IntVector r3 = IntVector.fromMemorySegment(INTS, ALL, from + 3 * fromStep, ORDER);
        IntVector r4 = IntVector.fromMemorySegment(INTS, ALL, from + 4 * fromStep, ORDER);
        IntVector r5 = IntVector.fromMemorySegment(INTS, ALL, from + 5 * fromStep, ORDER);
        IntVector r6 = IntVector.fromMemorySegment(INTS, ALL, from + 6 * fromStep, ORDER);
        IntVector r7 = IntVector.fromMemorySegment(INTS, ALL, from + 7 * fromStep, ORDER);
        IntVector lower;
        lower = Interleave.LOWER_4_INTS.selectFrom(r0, r4);
        r4 = Interleave.UPPER_4_INTS.selectFrom(r0, r4);
        r0 = lower;
        lower = Interleave.LOWER_4_INTS.selectFrom(r1, r5);
        r5 = Interleave.UPPER_4_INTS.selectFrom(r1, r5);
        r1 = lower;
        lower = Interleave.LOWER_4_INTS.selectFrom(r2, r6);
        r6 = Interleave.UPPER_4_INTS.selectFrom(r2, r6);
        r2 = lower;
        lower = Interleave.LOWER_4_INTS.selectFrom(r3, r7);
        r7 = Interleave.UPPER_4_INTS.selectFrom(r3, r7);
        r3 = lower;
        lower = Interleave.LOWER_2_INTS.selectFrom(r0, r2);
        r2 = Interleave.UPPER_2_INTS.selectFrom(r0, r2);
        r0 = lower;
        lower = Interleave.LOWER_2_INTS.selectFrom(r1, r3);
        r3 = Interleave.UPPER_2_INTS.selectFrom(r1, r3);
        r1 = lower;
        lower = Interleave.LOWER_2_INTS.selectFrom(r4, r6);
        r6 = Interleave.UPPER_2_INTS.selectFrom(r4, r6);
        r4 = lower;
        lower = Interleave.LOWER_2_INTS.selectFrom(r5, r7);
        r7 = Interleave.UPPER_2_INTS.selectFrom(r5, r7);
        r5 = lower;
        lower = Interleave.LOWER_1_INTS.selectFrom(r0, r1);
        r1 = Interleave.UPPER_1_INTS.selectFrom(r0, r1);
        r0 = lower;
        lower = Interleave.LOWER_1_INTS.selectFrom(r2, r3);
        r3 = Interleave.UPPER_1_INTS.selectFrom(r2, r3);
        r2 = lower;
        lower = Interleave.LOWER_1_INTS.selectFrom(r4, r5);
        r5 = Interleave.UPPER_1_INTS.selectFrom(r4, r5);
        r4 = lower;
        lower = Interleave.LOWER_1_INTS.selectFrom(r6, r7);
        r7 = Interleave.UPPER_1_INTS.selectFrom(r6, r7);
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

    static void square4(long from, long fromStep, long to, long toStep) {
        IntVector r0 = IntVector.fromMemorySegment(INTS, ALL, from, ORDER);
        IntVector r1 = IntVector.fromMemorySegment(INTS, ALL, from + fromStep, ORDER);
        IntVector r2 = IntVector.fromMemorySegment(INTS, ALL, from + 2 * fromStep, ORDER);
        IntVector r3 = IntVector.fromMemorySegment(INTS, ALL, from + 3 * fromStep, ORDER);
        IntVector lower;
        lower = Interleave.LOWER_2_INTS.selectFrom(r0, r2);
        r2 = Interleave.UPPER_2_INTS.selectFrom(r0, r2);
        r0 = lower;
        lower = Interleave.LOWER_2_INTS.selectFrom(r1, r3);
        r3 = Interleave.UPPER_2_INTS.selectFrom(r1, r3);
        r1 = lower;
        lower = Interleave.LOWER_1_INTS.selectFrom(r0, r1);
        r1 = Interleave.UPPER_1_INTS.selectFrom(r0, r1);
        r0 = lower;
        lower = Interleave.LOWER_1_INTS.selectFrom(r2, r3);
        r3 = Interleave.UPPER_1_INTS.selectFrom(r2, r3);
        r2 = lower;
        r0.intoMemorySegment(ALL, to, ORDER);
        r1.intoMemorySegment(ALL, to + toStep, ORDER);
        r2.intoMemorySegment(ALL, to + 2 * toStep, ORDER);
        r3.intoMemorySegment(ALL, to + 3 * toStep, ORDER);
    }

    /** Puts the numbers of 6 rows for each k side by side, {@code vectors} vectors of each row. */
    static void interleave6(int vectors, long r0, long r1, long r2, long r3, long r4, long r5, float[] to, int at) {
        int end = at + 6 * COUNT * vectors;
        while (at != end) {
            IntVector v0 = IntVector.fromMemorySegment(INTS, ALL, r0, ORDER);
            IntVector v1 = IntVector.fromMemorySegment(INTS, ALL, r1, ORDER);
            IntVector v2 = IntVector.fromMemorySegment(INTS, ALL, r2, ORDER);
            IntVector v3 = IntVector.fromMemorySegment(INTS, ALL, r3, ORDER);
            IntVector v4 = IntVector.fromMemorySegment(INTS, ALL, r4, ORDER);
            IntVector v5 = IntVector.fromMemorySegment(INTS, ALL, r5, ORDER);
            IntVector p0 = Interleave.ZIP_LOWER_1.selectFrom(v0, v1);
            IntVector q0 = Interleave.ZIP_UPPER_1.selectFrom(v0, v1);
            IntVector p1 = Interleave.ZIP_LOWER_1.selectFrom(v2, v3);
            IntVector q1 = Interleave.ZIP_UPPER_1.selectFrom(v2, v3);
            IntVector p2 = Interleave.ZIP_LOWER_1.selectFrom(v4, v5);
            IntVector q2 = Interleave.ZIP_UPPER_1.selectFrom(v4, v5);
            IntVector f0 = Interleave.ZIP_LOWER_2.selectFrom(p0, p1);
            IntVector f1 = Interleave.ZIP_UPPER_2.selectFrom(p0, p1);
            IntVector f2 = Interleave.ZIP_LOWER_2.selectFrom(q0, q1);
            IntVector f3 = Interleave.ZIP_UPPER_2.selectFrom(q0, q1);
            IntVector s0 = Interleave.SIX_FOURS.selectFrom(f0, f1);
            Interleave.SIX_0.selectFrom(f0, p2).reinterpretAsFloats().intoArray(to, at);
            Interleave.SIX_1.selectFrom(s0, p2).reinterpretAsFloats().intoArray(to, at + COUNT);
            Interleave.SIX_2.selectFrom(f1, p2).reinterpretAsFloats().intoArray(to, at + 2 * COUNT);
            IntVector s3 = Interleave.SIX_FOURS.selectFrom(f2, f3);
            Interleave.SIX_0.selectFrom(f2, q2).reinterpretAsFloats().intoArray(to, at + 3 * COUNT);
            Interleave.SIX_1.selectFrom(s3, q2).reinterpretAsFloats().intoArray(to, at + 4 * COUNT);
            Interleave.SIX_2.selectFrom(f3, q2).reinterpretAsFloats().intoArray(to, at + 5 * COUNT);
            r0 += BYTES;
            r1 += BYTES;
            r2 += BYTES;
            r3 += BYTES;
            r4 += BYTES;
            r5 += BYTES;
            at += 6 * COUNT;
        }
    }

    /** Puts the numbers of 4 rows for each k side by side, {@code vectors} vectors of each row. */
    static void interleave4(int vectors, long r0, long r1, long r2, long r3, float[] to, int at) {
        int end = at + 4 * COUNT * vectors;
        while (at != end) {
            IntVector v0 = IntVector.fromMemorySegment(INTS, ALL, r0, ORDER);
            IntVector v1 = IntVector.fromMemorySegment(INTS, ALL, r1, ORDER);
            IntVector v2 = IntVector.fromMemorySegment(INTS, ALL, r2, ORDER);
            IntVector v3 = IntVector.fromMemorySegment(INTS, ALL, r3, ORDER);
            IntVector p0 = Interleave.ZIP_LOWER_1.selectFrom(v0, v1);
            IntVector q0 = Interleave.ZIP_UPPER_1.selectFrom(v0, v1);
            IntVector p1 = Interleave.ZIP_LOWER_1.selectFrom(v2, v3);
            IntVector q1 = Interleave.ZIP_UPPER_1.selectFrom(v2, v3);
            IntVector f0 = Interleave.ZIP_LOWER_2.selectFrom(p0, p1);
            IntVector f1 = Interleave.ZIP_UPPER_2.selectFrom(p0, p1);
            IntVector f2 = Interleave.ZIP_LOWER_2.selectFrom(q0, q1);
            IntVector f3 = Interleave.ZIP_UPPER_2.selectFrom(q0, q1);
            f0.reinterpretAsFloats().intoArray(to, at);
            f1.reinterpretAsFloats().intoArray(to, at + COUNT);
            f2.reinterpretAsFloats().intoArray(to, at + 2 * COUNT);
            f3.reinterpretAsFloats().intoArray(to, at + 3 * COUNT);
            r0 += BYTES;
            r1 += BYTES;
            r2 += BYTES;
            r3 += BYTES;
            at += 4 * COUNT;
        }
    }
}
