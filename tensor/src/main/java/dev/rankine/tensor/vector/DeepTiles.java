package dev.rankine.tensor.vector;

import static dev.rankine.tensor.vector.Lanes.ALL;
import static dev.rankine.tensor.vector.Lanes.BYTES;
import static dev.rankine.tensor.vector.Lanes.ORDER;
import static dev.rankine.tensor.vector.Lanes.SPECIES;

import java.util.Objects;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * The largest micro-kernel again: a tile of C, six rows by 4 vectors wide, is held in registers while k runs.
 * It takes two steps in a round: fewer instructions, but the JIT needs three times as long, see {@link DeepKernel}.
 *
 * <p>Written by {@code KernelGenerator}; change that, not this.
 */
final class DeepTiles {
    private DeepTiles() {}

    static void rows6(int kc, float[] a, int at, long b, long bStep, long from, long fromStep, long c, long cStep) {
        FloatVector c0x0 = FloatVector.fromMemorySegment(SPECIES, ALL, from, ORDER);
        FloatVector c0x1 = FloatVector.fromMemorySegment(SPECIES, ALL, from + BYTES, ORDER);
        FloatVector c0x2 = FloatVector.fromMemorySegment(SPECIES, ALL, from + 2L * BYTES, ORDER);
        FloatVector c0x3 = FloatVector.fromMemorySegment(SPECIES, ALL, from + 3L * BYTES, ORDER);
        FloatVector c1x0 = FloatVector.fromMemorySegment(SPECIES, ALL, from + fromStep, ORDER);
        FloatVector c1x1 = FloatVector.fromMemorySegment(SPECIES, ALL, from + fromStep + BYTES, ORDER);
        FloatVector c1x2 = FloatVector.fromMemorySegment(SPECIES, ALL, from + fromStep + 2L * BYTES, ORDER);
        FloatVector c1x3 = FloatVector.fromMemorySegment(SPECIES, ALL, from + fromStep + 3L * BYTES, ORDER);
        FloatVector c2x0 = FloatVector.fromMemorySegment(SPECIES, ALL, from + 2 * fromStep, ORDER);
        FloatVector c2x1 = FloatVector.fromMemorySegment(SPECIES, ALL, from + 2 * fromStep + BYTES, ORDER);
        FloatVector c2x2 = FloatVector.fromMemorySegment(SPECIES, ALL, from + 2 * fromStep + 2L * BYTES, ORDER);
        FloatVector c2x3 = FloatVector.fromMemorySegment(SPECIES, ALL, from + 2 * fromStep + 3L * BYTES, ORDER);
        FloatVector c3x0 = FloatVector.fromMemorySegment(SPECIES, ALL, from + 3 * fromStep, ORDER);
        FloatVector c3x1 = FloatVector.fromMemorySegment(SPECIES, ALL, from + 3 * fromStep + BYTES, ORDER);
        FloatVector c3x2 = FloatVector.fromMemorySegment(SPECIES, ALL, from + 3 * fromStep + 2L * BYTES, ORDER);
        FloatVector c3x3 = FloatVector.fromMemorySegment(SPECIES, ALL, from + 3 * fromStep + 3L * BYTES, ORDER);
        FloatVector c4x0 = FloatVector.fromMemorySegment(SPECIES, ALL, from + 4 * fromStep, ORDER);
        FloatVector c4x1 = FloatVector.fromMemorySegment(SPECIES, ALL, from + 4 * fromStep + BYTES, ORDER);
        FloatVector c4x2 = FloatVector.fromMemorySegment(SPECIES, ALL, from + 4 * fromStep + 2L * BYTES, ORDER);
        FloatVector c4x3 = FloatVector.fromMemorySegment(SPECIES, ALL, from + 4 * fromStep + 3L * BYTES, ORDER);
        FloatVector c5x0 = FloatVector.fromMemorySegment(SPECIES, ALL, from + 5 * fromStep, ORDER);
        FloatVector c5x1 = FloatVector.fromMemorySegment(SPECIES, ALL, from + 5 * fromStep + BYTES, ORDER);
        FloatVector c5x2 = FloatVector.fromMemorySegment(SPECIES, ALL, from + 5 * fromStep + 2L * BYTES, ORDER);
        FloatVector c5x3 = FloatVector.fromMemorySegment(SPECIES, ALL, from + 5 * fromStep + 3L * BYTES, ORDER);
        int end = at + 6 * kc;
        int k = at;
        if (kc % 2 > 0) {
            int i = k;
            long p = Objects.checkIndex(b, Lanes.ADDRESSES);
            FloatVector b0 = FloatVector.fromMemorySegment(SPECIES, ALL, p, ORDER);
            FloatVector b1 = FloatVector.fromMemorySegment(SPECIES, ALL, p + BYTES, ORDER);
            FloatVector b2 = FloatVector.fromMemorySegment(SPECIES, ALL, p + 2L * BYTES, ORDER);
            FloatVector b3 = FloatVector.fromMemorySegment(SPECIES, ALL, p + 3L * BYTES, ORDER);
            FloatVector a0 = FloatVector.broadcast(SPECIES, a[i]);
            c0x0 = a0.lanewise(VectorOperators.FMA, b0, c0x0);
            c0x1 = a0.lanewise(VectorOperators.FMA, b1, c0x1);
            c0x2 = a0.lanewise(VectorOperators.FMA, b2, c0x2);
            c0x3 = a0.lanewise(VectorOperators.FMA, b3, c0x3);
            FloatVector a1 = FloatVector.broadcast(SPECIES, a[i + 1]);
            c1x0 = a1.lanewise(VectorOperators.FMA, b0, c1x0);
            c1x1 = a1.lanewise(VectorOperators.FMA, b1, c1x1);
            c1x2 = a1.lanewise(VectorOperators.FMA, b2, c1x2);
            c1x3 = a1.lanewise(VectorOperators.FMA, b3, c1x3);
            FloatVector a2 = FloatVector.broadcast(SPECIES, a[i + 2]);
            c2x0 = a2.lanewise(VectorOperators.FMA, b0, c2x0);
            c2x1 = a2.lanewise(VectorOperators.FMA, b1, c2x1);
            c2x2 = a2.lanewise(VectorOperators.FMA, b2, c2x2);
            c2x3 = a2.lanewise(VectorOperators.FMA, b3, c2x3);
            FloatVector a3 = FloatVector.broadcast(SPECIES, a[i + 3]);
            c3x0 = a3.lanewise(VectorOperators.FMA, b0, c3x0);
            c3x1 = a3.lanewise(VectorOperators.FMA, b1, c3x1);
            c3x2 = a3.lanewise(VectorOperators.FMA, b2, c3x2);
            c3x3 = a3.lanewise(VectorOperators.FMA, b3, c3x3);
            FloatVector a4 = FloatVector.broadcast(SPECIES, a[i + 4]);
            c4x0 = a4.lanewise(VectorOperators.FMA, b0, c4x0);
            c4x1 = a4.lanewise(VectorOperators.FMA, b1, c4x1);
            c4x2 = a4.lanewise(VectorOperators.FMA, b2, c4x2);
            c4x3 = a4.lanewise(VectorOperators.FMA, b3, c4x3);
            FloatVector a5 = FloatVector.broadcast(SPECIES, a[i + 5]);
            c5x0 = a5.lanewise(VectorOperators.FMA, b0, c5x0);
            c5x1 = a5.lanewise(VectorOperators.FMA, b1, c5x1);
            c5x2 = a5.lanewise(VectorOperators.FMA, b2, c5x2);
            c5x3 = a5.lanewise(VectorOperators.FMA, b3, c5x3);
            b += bStep;
            k += 6;
        }
        for (; k < end; k += 2 * 6) {
            {
                int i = k;
                long p = Objects.checkIndex(b, Lanes.ADDRESSES);
                FloatVector b0 = FloatVector.fromMemorySegment(SPECIES, ALL, p, ORDER);
                FloatVector b1 = FloatVector.fromMemorySegment(SPECIES, ALL, p + BYTES, ORDER);
                FloatVector b2 = FloatVector.fromMemorySegment(SPECIES, ALL, p + 2L * BYTES, ORDER);
                FloatVector b3 = FloatVector.fromMemorySegment(SPECIES, ALL, p + 3L * BYTES, ORDER);
                FloatVector a0 = FloatVector.broadcast(SPECIES, a[i]);
                c0x0 = a0.lanewise(VectorOperators.FMA, b0, c0x0);
                c0x1 = a0.lanewise(VectorOperators.FMA, b1, c0x1);
                c0x2 = a0.lanewise(VectorOperators.FMA, b2, c0x2);
                c0x3 = a0.lanewise(VectorOperators.FMA, b3, c0x3);
                FloatVector a1 = FloatVector.broadcast(SPECIES, a[i + 1]);
                c1x0 = a1.lanewise(VectorOperators.FMA, b0, c1x0);
                c1x1 = a1.lanewise(VectorOperators.FMA, b1, c1x1);
                c1x2 = a1.lanewise(VectorOperators.FMA, b2, c1x2);
                c1x3 = a1.lanewise(VectorOperators.FMA, b3, c1x3);
                FloatVector a2 = FloatVector.broadcast(SPECIES, a[i + 2]);
                c2x0 = a2.lanewise(VectorOperators.FMA, b0, c2x0);
                c2x1 = a2.lanewise(VectorOperators.FMA, b1, c2x1);
                c2x2 = a2.lanewise(VectorOperators.FMA, b2, c2x2);
                c2x3 = a2.lanewise(VectorOperators.FMA, b3, c2x3);
                FloatVector a3 = FloatVector.broadcast(SPECIES, a[i + 3]);
                c3x0 = a3.lanewise(VectorOperators.FMA, b0, c3x0);
                c3x1 = a3.lanewise(VectorOperators.FMA, b1, c3x1);
                c3x2 = a3.lanewise(VectorOperators.FMA, b2, c3x2);
                c3x3 = a3.lanewise(VectorOperators.FMA, b3, c3x3);
                FloatVector a4 = FloatVector.broadcast(SPECIES, a[i + 4]);
                c4x0 = a4.lanewise(VectorOperators.FMA, b0, c4x0);
                c4x1 = a4.lanewise(VectorOperators.FMA, b1, c4x1);
                c4x2 = a4.lanewise(VectorOperators.FMA, b2, c4x2);
                c4x3 = a4.lanewise(VectorOperators.FMA, b3, c4x3);
                FloatVector a5 = FloatVector.broadcast(SPECIES, a[i + 5]);
                c5x0 = a5.lanewise(VectorOperators.FMA, b0, c5x0);
                c5x1 = a5.lanewise(VectorOperators.FMA, b1, c5x1);
                c5x2 = a5.lanewise(VectorOperators.FMA, b2, c5x2);
                c5x3 = a5.lanewise(VectorOperators.FMA, b3, c5x3);
                b += bStep;
            }
            {
                int i = k + 6;
                long p = Objects.checkIndex(b, Lanes.ADDRESSES);
                FloatVector b0 = FloatVector.fromMemorySegment(SPECIES, ALL, p, ORDER);
                FloatVector b1 = FloatVector.fromMemorySegment(SPECIES, ALL, p + BYTES, ORDER);
                FloatVector b2 = FloatVector.fromMemorySegment(SPECIES, ALL, p + 2L * BYTES, ORDER);
                FloatVector b3 = FloatVector.fromMemorySegment(SPECIES, ALL, p + 3L * BYTES, ORDER);
                FloatVector a0 = FloatVector.broadcast(SPECIES, a[i]);
                c0x0 = a0.lanewise(VectorOperators.FMA, b0, c0x0);
                c0x1 = a0.lanewise(VectorOperators.FMA, b1, c0x1);
                c0x2 = a0.lanewise(VectorOperators.FMA, b2, c0x2);
                c0x3 = a0.lanewise(VectorOperators.FMA, b3, c0x3);
                FloatVector a1 = FloatVector.broadcast(SPECIES, a[i + 1]);
                c1x0 = a1.lanewise(VectorOperators.FMA, b0, c1x0);
                c1x1 = a1.lanewise(VectorOperators.FMA, b1, c1x1);
                c1x2 = a1.lanewise(VectorOperators.FMA, b2, c1x2);
                c1x3 = a1.lanewise(VectorOperators.FMA, b3, c1x3);
                FloatVector a2 = FloatVector.broadcast(SPECIES, a[i + 2]);
                c2x0 = a2.lanewise(VectorOperators.FMA, b0, c2x0);
                c2x1 = a2.lanewise(VectorOperators.FMA, b1, c2x1);
                c2x2 = a2.lanewise(VectorOperators.FMA, b2, c2x2);
                c2x3 = a2.lanewise(VectorOperators.FMA, b3, c2x3);
                FloatVector a3 = FloatVector.broadcast(SPECIES, a[i + 3]);
                c3x0 = a3.lanewise(VectorOperators.FMA, b0, c3x0);
                c3x1 = a3.lanewise(VectorOperators.FMA, b1, c3x1);
                c3x2 = a3.lanewise(VectorOperators.FMA, b2, c3x2);
                c3x3 = a3.lanewise(VectorOperators.FMA, b3, c3x3);
                FloatVector a4 = FloatVector.broadcast(SPECIES, a[i + 4]);
                c4x0 = a4.lanewise(VectorOperators.FMA, b0, c4x0);
                c4x1 = a4.lanewise(VectorOperators.FMA, b1, c4x1);
                c4x2 = a4.lanewise(VectorOperators.FMA, b2, c4x2);
                c4x3 = a4.lanewise(VectorOperators.FMA, b3, c4x3);
                FloatVector a5 = FloatVector.broadcast(SPECIES, a[i + 5]);
                c5x0 = a5.lanewise(VectorOperators.FMA, b0, c5x0);
                c5x1 = a5.lanewise(VectorOperators.FMA, b1, c5x1);
                c5x2 = a5.lanewise(VectorOperators.FMA, b2, c5x2);
                c5x3 = a5.lanewise(VectorOperators.FMA, b3, c5x3);
                b += bStep;
            }
        }
        c0x0.intoMemorySegment(ALL, c, ORDER);
        c0x1.intoMemorySegment(ALL, c + BYTES, ORDER);
        c0x2.intoMemorySegment(ALL, c + 2L * BYTES, ORDER);
        c0x3.intoMemorySegment(ALL, c + 3L * BYTES, ORDER);
        c1x0.intoMemorySegment(ALL, c + cStep, ORDER);
        c1x1.intoMemorySegment(ALL, c + cStep + BYTES, ORDER);
        c1x2.intoMemorySegment(ALL, c + cStep + 2L * BYTES, ORDER);
        c1x3.intoMemorySegment(ALL, c + cStep + 3L * BYTES, ORDER);
        c2x0.intoMemorySegment(ALL, c + 2 * cStep, ORDER);
        c2x1.intoMemorySegment(ALL, c + 2 * cStep + BYTES, ORDER);
        c2x2.intoMemorySegment(ALL, c + 2 * cStep + 2L * BYTES, ORDER);
        c2x3.intoMemorySegment(ALL, c + 2 * cStep + 3L * BYTES, ORDER);
        c3x0.intoMemorySegment(ALL, c + 3 * cStep, ORDER);
        c3x1.intoMemorySegment(ALL, c + 3 * cStep + BYTES, ORDER);
        c3x2.intoMemorySegment(ALL, c + 3 * cStep + 2L * BYTES, ORDER);
        c3x3.intoMemorySegment(ALL, c + 3 * cStep + 3L * BYTES, ORDER);
        c4x0.intoMemorySegment(ALL, c + 4 * cStep, ORDER);
        c4x1.intoMemorySegment(ALL, c + 4 * cStep + BYTES, ORDER);
        c4x2.intoMemorySegment(ALL, c + 4 * cStep + 2L * BYTES, ORDER);
        c4x3.intoMemorySegment(ALL, c + 4 * cStep + 3L * BYTES, ORDER);
        c5x0.intoMemorySegment(ALL, c + 5 * cStep, ORDER);
        c5x1.intoMemorySegment(ALL, c + 5 * cStep + BYTES, ORDER);
        c5x2.intoMemorySegment(ALL, c + 5 * cStep + 2L * BYTES, ORDER);
        c5x3.intoMemorySegment(ALL, c + 5 * cStep + 3L * BYTES, ORDER);
    }
}
