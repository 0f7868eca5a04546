package dev.rankine.tensor.vector;

import static dev.rankine.tensor.vector.Lanes.ALL;
import static dev.rankine.tensor.vector.Lanes.ORDER;
import static dev.rankine.tensor.vector.Lanes.SPECIES;

import jdk.incubator.vector.FloatVector;

/**
 * Micro-kernels of the blocked product: a tile of C, some rows by 1 vector wide, is held in registers while k runs.
 * A is packed in plain rows {@link Packing#ROW_STRIDE} floats apart; B is read a row per k, {@code bStep}
 * bytes apart.
 *
 * <p>Written by {@code KernelGenerator}; change that, not this.
 */
final class NarrowTiles {
    private static final int S = Packing.ROW_STRIDE;

    private NarrowTiles() {}

    static void rows12(int kc, float[] a, int at, long b, long bStep, long from, long fromStep, long c, long cStep) {
        FloatVector c0x0 = FloatVector.fromMemorySegment(SPECIES, ALL, from, ORDER);
        FloatVector c1x0 = FloatVector.fromMemorySegment(SPECIES, ALL, from + fromStep, ORDER);
        FloatVector c2x0 = FloatVector.fromMemorySegment(SPECIES, ALL, from + 2 * fromStep, ORDER);
        FloatVector c3x0 = FloatVector.fromMemorySegment(SPECIES, ALL, from + 3 * fromStep, ORDER);
        FloatVector c4x0 = FloatVector.fromMemorySegment(SPECIES, ALL, from + 4 * fromStep, ORDER);
        FloatVector c5x0 = FloatVector.fromMemorySegment(SPECIES, ALL, from + 5 * fromStep, ORDER);
        FloatVector c6x0 = FloatVector.fromMemorySegment(SPECIES, ALL, from + 6 * fromStep, ORDER);
        FloatVector c7x0 = FloatVector.fromMemorySegment(SPECIES, ALL, from + 7 * fromStep, ORDER);
        FloatVector c8x0 = FloatVector.fromMemorySegment(SPECIES, ALL, from + 8 * fromStep, ORDER);
        FloatVector c9x0 = FloatVector.fromMemorySegment(SPECIES, ALL, from + 9 * fromStep, ORDER);
        FloatVector c10x0 = FloatVector.fromMemorySegment(SPECIES, ALL, from + 10 * fromStep, ORDER);
        FloatVector c11x0 = FloatVector.fromMemorySegment(SPECIES, ALL, from + 11 * fromStep, ORDER);
        int end = at + kc;
        for (int i = at; i < end; i++) {
            FloatVector b0 = FloatVector.fromMemorySegment(SPECIES, ALL, b, ORDER);
            FloatVector a0 = FloatVector.broadcast(SPECIES, a[i]);
            c0x0 = a0.fma(b0, c0x0);
            FloatVector a1 = FloatVector.broadcast(SPECIES, a[i + S]);
            c1x0 = a1.fma(b0, c1x0);
            FloatVector a2 = FloatVector.broadcast(SPECIES, a[i + 2 * S]);
            c2x0 = a2.fma(b0, c2x0);
            FloatVector a3 = FloatVector.broadcast(SPECIES, a[i + 3 * S]);
            c3x0 = a3.fma(b0, c3x0);
            FloatVector a4 = FloatVector.broadcast(SPECIES, a[i + 4 * S]);
            c4x0 = a4.fma(b0, c4x0);
            FloatVector a5 = FloatVector.broadcast(SPECIES, a[i + 5 * S]);
            c5x0 = a5.fma(b0, c5x0);
            FloatVector a6 = FloatVector.broadcast(SPECIES, a[i + 6 * S]);
            c6x0 = a6.fma(b0, c6x0);
            FloatVector a7 = FloatVector.broadcast(SPECIES, a[i + 7 * S]);
            c7x0 = a7.fma(b0, c7x0);
            FloatVector a8 = FloatVector.broadcast(SPECIES, a[i + 8 * S]);
            c8x0 = a8.fma(b0, c8x0);
            FloatVector a9 = FloatVector.broadcast(SPECIES, a[i + 9 * S]);
            c9x0 = a9.fma(b0, c9x0);
            FloatVector a10 = FloatVector.broadcast(SPECIES, a[i + 10 * S]);
            c10x0 = a10.fma(b0, c10x0);
            FloatVector a11 = FloatVector.broadcast(SPECIES, a[i + 11 * S]);
            c11x0 = a11.fma(b0, c11x0);
            b += bStep;
        }
        c0x0.intoMemorySegment(ALL, c, ORDER);
        c1x0.intoMemorySegment(ALL, c + cStep, ORDER);
        c2x0.intoMemorySegment(ALL, c + 2 * cStep, ORDER);
        c3x0.intoMemorySegment(ALL, c + 3 * cStep, ORDER);
        c4x0.intoMemorySegment(ALL, c + 4 * cStep, ORDER);
        c5x0.intoMemorySegment(ALL, c + 5 * cStep, ORDER);
        c6x0.intoMemorySegment(ALL, c + 6 * cStep, ORDER);
        c7x0.intoMemorySegment(ALL, c + 7 * cStep, ORDER);
        c8x0.intoMemorySegment(ALL, c + 8 * cStep, ORDER);
        c9x0.intoMemorySegment(ALL, c + 9 * cStep, ORDER);
        c10x0.intoMemorySegment(ALL, c + 10 * cStep, ORDER);
        c11x0.intoMemorySegment(ALL, c + 11 * cStep, ORDER);
    }

    static void rows8(int kc, float[] a, int at, long b, long bStep, long from, long fromStep, long c, long cStep) {
        FloatVector c0x0 = FloatVector.fromMemorySegment(SPECIES, ALL, from, ORDER);
        FloatVector c1x0 = FloatVector.fromMemorySegment(SPECIES, ALL, from + fromStep, ORDER);
        FloatVector c2x0 = FloatVector.fromMemorySegment(SPECIES, ALL, from + 2 * fromStep, ORDER);
        FloatVector c3x0 = FloatVector.fromMemorySegment(SPECIES, ALL, from + 3 * fromStep, ORDER);
        FloatVector c4x0 = FloatVector.fromMemorySegment(SPECIES, ALL, from + 4 * fromStep, ORDER);
        FloatVector c5x0 = FloatVector.fromMemorySegment(SPECIES, ALL, from + 5 * fromStep, ORDER);
        FloatVector c6x0 = FloatVector.fromMemorySegment(SPECIES, ALL, from + 6 * fromStep, ORDER);
        FloatVector c7x0 = FloatVector.fromMemorySegment(SPECIES, ALL, from + 7 * fromStep, ORDER);
        int end = at + kc;
        for (int i = at; i < end; i++) {
            FloatVector b0 = FloatVector.fromMemorySegment(SPECIES, ALL, b, ORDER);
            FloatVector a0 = FloatVector.broadcast(SPECIES, a[i]);
            c0x0 = a0.fma(b0, c0x0);
            FloatVector a1 = FloatVector.broadcast(SPECIES, a[i + S]);
            c1x0 = a1.fma(b0, c1x0);
            FloatVector a2 = FloatVector.broadcast(SPECIES, a[i + 2 * S]);
            c2x0 = a2.fma(b0, c2x0);
            FloatVector a3 = FloatVector.broadcast(SPECIES, a[i + 3 * S]);
            c3x0 = a3.fma(b0, c3x0);
            FloatVector a4 = FloatVector.broadcast(SPECIES, a[i + 4 * S]);
            c4x0 = a4.fma(b0, c4x0);
            FloatVector a5 = FloatVector.broadcast(SPECIES, a[i + 5 * S]);
            c5x0 = a5.fma(b0, c5x0);
            FloatVector a6 = FloatVector.broadcast(SPECIES, a[i + 6 * S]);
            c6x0 = a6.fma(b0, c6x0);
            FloatVector a7 = FloatVector.broadcast(SPECIES, a[i + 7 * S]);
            c7x0 = a7.fma(b0, c7x0);
            b += bStep;
        }
        c0x0.intoMemorySegment(ALL, c, ORDER);
        c1x0.intoMemorySegment(ALL, c + cStep, ORDER);
        c2x0.intoMemorySegment(ALL, c + 2 * cStep, ORDER);
        c3x0.intoMemorySegment(ALL, c + 3 * cStep, ORDER);
        c4x0.intoMemorySegment(ALL, c + 4 * cStep, ORDER);
        c5x0.intoMemorySegment(ALL, c + 5 * cStep, ORDER);
        c6x0.intoMemorySegment(ALL, c + 6 * cStep, ORDER);
        c7x0.intoMemorySegment(ALL, c + 7 * cStep, ORDER);
    }

    static void rows6(int kc, float[] a, int at, long b, long bStep, long from, long fromStep, long c, long cStep) {
        FloatVector c0x0 = FloatVector.fromMemorySegment(SPECIES, ALL, from, ORDER);
        FloatVector c1x0 = FloatVector.fromMemorySegment(SPECIES, ALL, from + fromStep, ORDER);
        FloatVector c2x0 = FloatVector.fromMemorySegment(SPECIES, ALL, from + 2 * fromStep, ORDER);
        FloatVector c3x0 = FloatVector.fromMemorySegment(SPECIES, ALL, from + 3 * fromStep, ORDER);
        FloatVector c4x0 = FloatVector.fromMemorySegment(SPECIES, ALL, from + 4 * fromStep, ORDER);
        FloatVector c5x0 = FloatVector.fromMemorySegment(SPECIES, ALL, from + 5 * fromStep, ORDER);
        int end = at + kc;
        for (int i = at; i < end; i++) {
            FloatVector b0 = FloatVector.fromMemorySegment(SPECIES, ALL, b, ORDER);
            FloatVector a0 = FloatVector.broadcast(SPECIES, a[i]);
            c0x0 = a0.fma(b0, c0x0);
            FloatVector a1 = FloatVector.broadcast(SPECIES, a[i + S]);
            c1x0 = a1.fma(b0, c1x0);
            FloatVector a2 = FloatVector.broadcast(SPECIES, a[i + 2 * S]);
            c2x0 = a2.fma(b0, c2x0);
            FloatVector a3 = FloatVector.broadcast(SPECIES, a[i + 3 * S]);
            c3x0 = a3.fma(b0, c3x0);
            FloatVector a4 = FloatVector.broadcast(SPECIES, a[i + 4 * S]);
            c4x0 = a4.fma(b0, c4x0);
            FloatVector a5 = FloatVector.broadcast(SPECIES, a[i + 5 * S]);
            c5x0 = a5.fma(b0, c5x0);
            b += bStep;
        }
        c0x0.intoMemorySegment(ALL, c, ORDER);
        c1x0.intoMemorySegment(ALL, c + cStep, ORDER);
        c2x0.intoMemorySegment(ALL, c + 2 * cStep, ORDER);
        c3x0.intoMemorySegment(ALL, c + 3 * cStep, ORDER);
        c4x0.intoMemorySegment(ALL, c + 4 * cStep, ORDER);
        c5x0.intoMemorySegment(ALL, c + 5 * cStep, ORDER);
    }

    static void rows4(int kc, float[] a, int at, long b, long bStep, long from, long fromStep, long c, long cStep) {
        FloatVector c0x0 = FloatVector.fromMemorySegment(SPECIES, ALL, from, ORDER);
        FloatVector c1x0 = FloatVector.fromMemorySegment(SPECIES, ALL, from + fromStep, ORDER);
        FloatVector c2x0 = FloatVector.fromMemorySegment(SPECIES, ALL, from + 2 * fromStep, ORDER);
        FloatVector c3x0 = FloatVector.fromMemorySegment(SPECIES, ALL, from + 3 * fromStep, ORDER);
        int end = at + kc;
        for (int i = at; i < end; i++) {
            FloatVector b0 = FloatVector.fromMemorySegment(SPECIES, ALL, b, ORDER);
            FloatVector a0 = FloatVector.broadcast(SPECIES, a[i]);
            c0x0 = a0.fma(b0, c0x0);
            FloatVector a1 = FloatVector.broadcast(SPECIES, a[i + S]);
            c1x0 = a1.fma(b0, c1x0);
            FloatVector a2 = FloatVector.broadcast(SPECIES, a[i + 2 * S]);
            c2x0 = a2.fma(b0, c2x0);
            FloatVector a3 = FloatVector.broadcast(SPECIES, a[i + 3 * S]);
            c3x0 = a3.fma(b0, c3x0);
            b += bStep;
        }
        c0x0.intoMemorySegment(ALL, c, ORDER);
        c1x0.intoMemorySegment(ALL, c + cStep, ORDER);
        c2x0.intoMemorySegment(ALL, c + 2 * cStep, ORDER);
        c3x0.intoMemorySegment(ALL, c + 3 * cStep, ORDER);
    }
}
