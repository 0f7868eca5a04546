package dev.rankine.tensor.vector;

import static dev.rankine.tensor.vector.Lanes.ALL;
import static dev.rankine.tensor.vector.Lanes.BYTES;
import static dev.rankine.tensor.vector.Lanes.ORDER;
import static dev.rankine.tensor.vector.Lanes.SPECIES;

import java.util.Objects;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Micro-kernels of a head's products: a tile of C, some rows by 2 vectors wide, is held in registers while k runs.
 * A is packed in plain rows {@link HeadProduct#ROW_STRIDE} floats apart, which run along k, or along C's rows where
 * the method is one of {@code turned}; B is read a row per k, {@code bStep} bytes apart.
 *
 * <p>Written by {@code KernelGenerator}; change that, not this.
 */
final class WideRowTiles {
    private static final int S = HeadProduct.ROW_STRIDE;

    private WideRowTiles() {}

    static void rows6(int kc, float[] a, int at, long b, long bStep, long from, long fromStep, long c, long cStep) {
        FloatVector c0x0 = FloatVector.fromMemorySegment(SPECIES, ALL, from, ORDER);
        FloatVector c0x1 = FloatVector.fromMemorySegment(SPECIES, ALL, from + BYTES, ORDER);
        FloatVector c1x0 = FloatVector.fromMemorySegment(SPECIES, ALL, from + fromStep, ORDER);
        FloatVector c1x1 = FloatVector.fromMemorySegment(SPECIES, ALL, from + fromStep + BYTES, ORDER);
        FloatVector c2x0 = FloatVector.fromMemorySegment(SPECIES, ALL, from + 2 * fromStep, ORDER);
        FloatVector c2x1 = FloatVector.fromMemorySegment(SPECIES, ALL, from + 2 * fromStep + BYTES, ORDER);
        FloatVector c3x0 = FloatVector.fromMemorySegment(SPECIES, ALL, from + 3 * fromStep, ORDER);
        FloatVector c3x1 = FloatVector.fromMemorySegment(SPECIES, ALL, from + 3 * fromStep + BYTES, ORDER);
        FloatVector c4x0 = FloatVector.fromMemorySegment(SPECIES, ALL, from + 4 * fromStep, ORDER);
        FloatVector c4x1 = FloatVector.fromMemorySegment(SPECIES, ALL, from + 4 * fromStep + BYTES, ORDER);
        FloatVector c5x0 = FloatVector.fromMemorySegment(SPECIES, ALL, from + 5 * fromStep, ORDER);
        FloatVector c5x1 = FloatVector.fromMemorySegment(SPECIES, ALL, from + 5 * fromStep + BYTES, ORDER);
        int end = at + kc;
        for (int i = at; i < end; i++) {
            long p = Objects.checkIndex(b, Lanes.ADDRESSES);
            FloatVector b0 = FloatVector.fromMemorySegment(SPECIES, ALL, p, ORDER);
            FloatVector b1 = FloatVector.fromMemorySegment(SPECIES, ALL, p + BYTES, ORDER);
            FloatVector a0 = FloatVector.broadcast(SPECIES, a[i]);
            c0x0 = a0.lanewise(VectorOperators.FMA, b0, c0x0);
            c0x1 = a0.lanewise(VectorOperators.FMA, b1, c0x1);
            FloatVector a1 = FloatVector.broadcast(SPECIES, a[i + S]);
            c1x0 = a1.lanewise(VectorOperators.FMA, b0, c1x0);
            c1x1 = a1.lanewise(VectorOperators.FMA, b1, c1x1);
            FloatVector a2 = FloatVector.broadcast(SPECIES, a[i + 2 * S]);
            c2x0 = a2.lanewise(VectorOperators.FMA, b0, c2x0);
            c2x1 = a2.lanewise(VectorOperators.FMA, b1, c2x1);
            FloatVector a3 = FloatVector.broadcast(SPECIES, a[i + 3 * S]);
            c3x0 = a3.lanewise(VectorOperators.FMA, b0, c3x0);
            c3x1 = a3.lanewise(VectorOperators.FMA, b1, c3x1);
            FloatVector a4 = FloatVector.broadcast(SPECIES, a[i + 4 * S]);
            c4x0 = a4.lanewise(VectorOperators.FMA, b0, c4x0);
            c4x1 = a4.lanewise(VectorOperators.FMA, b1, c4x1);
            FloatVector a5 = FloatVector.broadcast(SPECIES, a[i + 5 * S]);
            c5x0 = a5.lanewise(VectorOperators.FMA, b0, c5x0);
            c5x1 = a5.lanewise(VectorOperators.FMA, b1, c5x1);
            b += bStep;
        }
        c0x0.intoMemorySegment(ALL, c, ORDER);
        c0x1.intoMemorySegment(ALL, c + BYTES, ORDER);
        c1x0.intoMemorySegment(ALL, c + cStep, ORDER);
        c1x1.intoMemorySegment(ALL, c + cStep + BYTES, ORDER);
        c2x0.intoMemorySegment(ALL, c + 2 * cStep, ORDER);
        c2x1.intoMemorySegment(ALL, c + 2 * cStep + BYTES, ORDER);
        c3x0.intoMemorySegment(ALL, c + 3 * cStep, ORDER);
        c3x1.intoMemorySegment(ALL, c + 3 * cStep + BYTES, ORDER);
        c4x0.intoMemorySegment(ALL, c + 4 * cStep, ORDER);
        c4x1.intoMemorySegment(ALL, c + 4 * cStep + BYTES, ORDER);
        c5x0.intoMemorySegment(ALL, c + 5 * cStep, ORDER);
        c5x1.intoMemorySegment(ALL, c + 5 * cStep + BYTES, ORDER);
    }

    static void rows4(int kc, float[] a, int at, long b, long bStep, long from, long fromStep, long c, long cStep) {
        FloatVector c0x0 = FloatVector.fromMemorySegment(SPECIES, ALL, from, ORDER);
        FloatVector c0x1 = FloatVector.fromMemorySegment(SPECIES, ALL, from + BYTES, ORDER);
        FloatVector c1x0 = FloatVector.fromMemorySegment(SPECIES, ALL, from + fromStep, ORDER);
        FloatVector c1x1 = FloatVector.fromMemorySegment(SPECIES, ALL, from + fromStep + BYTES, ORDER);
        FloatVector c2x0 = FloatVector.fromMemorySegment(SPECIES, ALL, from + 2 * fromStep, ORDER);
        FloatVector c2x1 = FloatVector.fromMemorySegment(SPECIES, ALL, from + 2 * fromStep + BYTES, ORDER);
        FloatVector c3x0 = FloatVector.fromMemorySegment(SPECIES, ALL, from + 3 * fromStep, ORDER);
        FloatVector c3x1 = FloatVector.fromMemorySegment(SPECIES, ALL, from + 3 * fromStep + BYTES, ORDER);
        int end = at + kc;
        for (int i = at; i < end; i++) {
            long p = Objects.checkIndex(b, Lanes.ADDRESSES);
            FloatVector b0 = FloatVector.fromMemorySegment(SPECIES, ALL, p, ORDER);
            FloatVector b1 = FloatVector.fromMemorySegment(SPECIES, ALL, p + BYTES, ORDER);
            FloatVector a0 = FloatVector.broadcast(SPECIES, a[i]);
            c0x0 = a0.lanewise(VectorOperators.FMA, b0, c0x0);
            c0x1 = a0.lanewise(VectorOperators.FMA, b1, c0x1);
            FloatVector a1 = FloatVector.broadcast(SPECIES, a[i + S]);
            c1x0 = a1.lanewise(VectorOperators.FMA, b0, c1x0);
            c1x1 = a1.lanewise(VectorOperators.FMA, b1, c1x1);
            FloatVector a2 = FloatVector.broadcast(SPECIES, a[i + 2 * S]);
            c2x0 = a2.lanewise(VectorOperators.FMA, b0, c2x0);
            c2x1 = a2.lanewise(VectorOperators.FMA, b1, c2x1);
            FloatVector a3 = FloatVector.broadcast(SPECIES, a[i + 3 * S]);
            c3x0 = a3.lanewise(VectorOperators.FMA, b0, c3x0);
            c3x1 = a3.lanewise(VectorOperators.FMA, b1, c3x1);
            b += bStep;
        }
        c0x0.intoMemorySegment(ALL, c, ORDER);
        c0x1.intoMemorySegment(ALL, c + BYTES, ORDER);
        c1x0.intoMemorySegment(ALL, c + cStep, ORDER);
        c1x1.intoMemorySegment(ALL, c + cStep + BYTES, ORDER);
        c2x0.intoMemorySegment(ALL, c + 2 * cStep, ORDER);
        c2x1.intoMemorySegment(ALL, c + 2 * cStep + BYTES, ORDER);
        c3x0.intoMemorySegment(ALL, c + 3 * cStep, ORDER);
        c3x1.intoMemorySegment(ALL, c + 3 * cStep + BYTES, ORDER);
    }

    static void turned6(int kc, float[] a, int at, long b, long bStep, long from, long fromStep, long c, long cStep) {
        FloatVector c0x0 = FloatVector.fromMemorySegment(SPECIES, ALL, from, ORDER);
        FloatVector c0x1 = FloatVector.fromMemorySegment(SPECIES, ALL, from + BYTES, ORDER);
        FloatVector c1x0 = FloatVector.fromMemorySegment(SPECIES, ALL, from + fromStep, ORDER);
        FloatVector c1x1 = FloatVector.fromMemorySegment(SPECIES, ALL, from + fromStep + BYTES, ORDER);
        FloatVector c2x0 = FloatVector.fromMemorySegment(SPECIES, ALL, from + 2 * fromStep, ORDER);
        FloatVector c2x1 = FloatVector.fromMemorySegment(SPECIES, ALL, from + 2 * fromStep + BYTES, ORDER);
        FloatVector c3x0 = FloatVector.fromMemorySegment(SPECIES, ALL, from + 3 * fromStep, ORDER);
        FloatVector c3x1 = FloatVector.fromMemorySegment(SPECIES, ALL, from + 3 * fromStep + BYTES, ORDER);
        FloatVector c4x0 = FloatVector.fromMemorySegment(SPECIES, ALL, from + 4 * fromStep, ORDER);
        FloatVector c4x1 = FloatVector.fromMemorySegment(SPECIES, ALL, from + 4 * fromStep + BYTES, ORDER);
        FloatVector c5x0 = FloatVector.fromMemorySegment(SPECIES, ALL, from + 5 * fromStep, ORDER);
        FloatVector c5x1 = FloatVector.fromMemorySegment(SPECIES, ALL, from + 5 * fromStep + BYTES, ORDER);
        int end = at + S * kc;
        for (int i = at; i < end; i += S) {
            long p = Objects.checkIndex(b, Lanes.ADDRESSES);
            FloatVector b0 = FloatVector.fromMemorySegment(SPECIES, ALL, p, ORDER);
            FloatVector b1 = FloatVector.fromMemorySegment(SPECIES, ALL, p + BYTES, ORDER);
            FloatVector a0 = FloatVector.broadcast(SPECIES, a[i]);
            c0x0 = a0.lanewise(VectorOperators.FMA, b0, c0x0);
            c0x1 = a0.lanewise(VectorOperators.FMA, b1, c0x1);
            FloatVector a1 = FloatVector.broadcast(SPECIES, a[i + 1]);
            c1x0 = a1.lanewise(VectorOperators.FMA, b0, c1x0);
            c1x1 = a1.lanewise(VectorOperators.FMA, b1, c1x1);
            FloatVector a2 = FloatVector.broadcast(SPECIES, a[i + 2]);
            c2x0 = a2.lanewise(VectorOperators.FMA, b0, c2x0);
            c2x1 = a2.lanewise(VectorOperators.FMA, b1, c2x1);
            FloatVector a3 = FloatVector.broadcast(SPECIES, a[i + 3]);
            c3x0 = a3.lanewise(VectorOperators.FMA, b0, c3x0);
            c3x1 = a3.lanewise(VectorOperators.FMA, b1, c3x1);
            FloatVector a4 = FloatVector.broadcast(SPECIES, a[i + 4]);
            c4x0 = a4.lanewise(VectorOperators.FMA, b0, c4x0);
            c4x1 = a4.lanewise(VectorOperators.FMA, b1, c4x1);
            FloatVector a5 = FloatVector.broadcast(SPECIES, a[i + 5]);
            c5x0 = a5.lanewise(VectorOperators.FMA, b0, c5x0);
            c5x1 = a5.lanewise(VectorOperators.FMA, b1, c5x1);
            b += bStep;
        }
        c0x0.intoMemorySegment(ALL, c, ORDER);
        c0x1.intoMemorySegment(ALL, c + BYTES, ORDER);
        c1x0.intoMemorySegment(ALL, c + cStep, ORDER);
        c1x1.intoMemorySegment(ALL, c + cStep + BYTES, ORDER);
        c2x0.intoMemorySegment(ALL, c + 2 * cStep, ORDER);
        c2x1.intoMemorySegment(ALL, c + 2 * cStep + BYTES, ORDER);
        c3x0.intoMemorySegment(ALL, c + 3 * cStep, ORDER);
        c3x1.intoMemorySegment(ALL, c + 3 * cStep + BYTES, ORDER);
        c4x0.intoMemorySegment(ALL, c + 4 * cStep, ORDER);
        c4x1.intoMemorySegment(ALL, c + 4 * cStep + BYTES, ORDER);
        c5x0.intoMemorySegment(ALL, c + 5 * cStep, ORDER);
        c5x1.intoMemorySegment(ALL, c + 5 * cStep + BYTES, ORDER);
    }

    static void turned4(int kc, float[] a, int at, long b, long bStep, long from, long fromStep, long c, long cStep) {
        FloatVector c0x0 = FloatVector.fromMemorySegment(SPECIES, ALL, from, ORDER);
        FloatVector c0x1 = FloatVector.fromMemorySegment(SPECIES, ALL, from + BYTES, ORDER);
        FloatVector c1x0 = FloatVector.fromMemorySegment(SPECIES, ALL, from + fromStep, ORDER);
        FloatVector c1x1 = FloatVector.fromMemorySegment(SPECIES, ALL, from + fromStep + BYTES, ORDER);
        FloatVector c2x0 = FloatVector.fromMemorySegment(SPECIES, ALL, from + 2 * fromStep, ORDER);
        FloatVector c2x1 = FloatVector.fromMemorySegment(SPECIES, ALL, from + 2 * fromStep + BYTES, ORDER);
        FloatVector c3x0 = FloatVector.fromMemorySegment(SPECIES, ALL, from + 3 * fromStep, ORDER);
        FloatVector c3x1 = FloatVector.fromMemorySegment(SPECIES, ALL, from + 3 * fromStep + BYTES, ORDER);
        int end = at + S * kc;
        for (int i = at; i < end; i += S) {
            long p = Objects.checkIndex(b, Lanes.ADDRESSES);
            FloatVector b0 = FloatVector.fromMemorySegment(SPECIES, ALL, p, ORDER);
            FloatVector b1 = FloatVector.fromMemorySegment(SPECIES, ALL, p + BYTES, ORDER);
            FloatVector a0 = FloatVector.broadcast(SPECIES, a[i]);
            c0x0 = a0.lanewise(VectorOperators.FMA, b0, c0x0);
            c0x1 = a0.lanewise(VectorOperators.FMA, b1, c0x1);
            FloatVector a1 = FloatVector.broadcast(SPECIES, a[i + 1]);
            c1x0 = a1.lanewise(VectorOperators.FMA, b0, c1x0);
            c1x1 = a1.lanewise(VectorOperators.FMA, b1, c1x1);
            FloatVector a2 = FloatVector.broadcast(SPECIES, a[i + 2]);
            c2x0 = a2.lanewise(VectorOperators.FMA, b0, c2x0);
            c2x1 = a2.lanewise(VectorOperators.FMA, b1, c2x1);
            FloatVector a3 = FloatVector.broadcast(SPECIES, a[i + 3]);
            c3x0 = a3.lanewise(VectorOperators.FMA, b0, c3x0);
            c3x1 = a3.lanewise(VectorOperators.FMA, b1, c3x1);
            b += bStep;
        }
        c0x0.intoMemorySegment(ALL, c, ORDER);
        c0x1.intoMemorySegment(ALL, c + BYTES, ORDER);
        c1x0.intoMemorySegment(ALL, c + cStep, ORDER);
        c1x1.intoMemorySegment(ALL, c + cStep + BYTES, ORDER);
        c2x0.intoMemorySegment(ALL, c + 2 * cStep, ORDER);
        c2x1.intoMemorySegment(ALL, c + 2 * cStep + BYTES, ORDER);
        c3x0.intoMemorySegment(ALL, c + 3 * cStep, ORDER);
        c3x1.intoMemorySegment(ALL, c + 3 * cStep + BYTES, ORDER);
    }
}
