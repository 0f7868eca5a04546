package dev.rankine.tensor.vector;

import static dev.rankine.tensor.vector.Lanes.ALL;
import static dev.rankine.tensor.vector.Lanes.ORDER;
import static dev.rankine.tensor.vector.Lanes.SPECIES;

import java.util.Objects;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

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

    static void rows5(int kc, float[] a, int at, long b, long bStep, long from, long fromStep, long c, long cStep) {
        FloatVector c0x0 = FloatVector.fromMemorySegment(SPECIES, ALL, from, ORDER);
        FloatVector c1x0 = FloatVector.fromMemorySegment(SPECIES, ALL, from + fromStep, ORDER);
        FloatVector c2x0 = FloatVector.fromMemorySegment(SPECIES, ALL, from + 2 * fromStep, ORDER);
        FloatVector c3x0 = FloatVector.fromMemorySegment(SPECIES, ALL, from + 3 * fromStep, ORDER);
        FloatVector c4x0 = FloatVector.fromMemorySegment(SPECIES, ALL, from + 4 * fromStep, ORDER);
        int end = at + kc;
        int i = at;
        for (; i < end - 1; i += 2) {
            long p = Objects.checkIndex(b, Lanes.ADDRESSES);
            FloatVector p0 = FloatVector.fromMemorySegment(SPECIES, ALL, p, ORDER);
            FloatVector pa0 = FloatVector.broadcast(SPECIES, a[i]);
            c0x0 = pa0.lanewise(VectorOperators.FMA, p0, c0x0);
            FloatVector pa1 = FloatVector.broadcast(SPECIES, a[i + S]);
            c1x0 = pa1.lanewise(VectorOperators.FMA, p0, c1x0);
            FloatVector pa2 = FloatVector.broadcast(SPECIES, a[i + 2 * S]);
            c2x0 = pa2.lanewise(VectorOperators.FMA, p0, c2x0);
            FloatVector pa3 = FloatVector.broadcast(SPECIES, a[i + 3 * S]);
            c3x0 = pa3.lanewise(VectorOperators.FMA, p0, c3x0);
            FloatVector pa4 = FloatVector.broadcast(SPECIES, a[i + 4 * S]);
            c4x0 = pa4.lanewise(VectorOperators.FMA, p0, c4x0);
            b += bStep;
            long q = Objects.checkIndex(b, Lanes.ADDRESSES);
            FloatVector q0 = FloatVector.fromMemorySegment(SPECIES, ALL, q, ORDER);
            FloatVector qa0 = FloatVector.broadcast(SPECIES, a[i + 1]);
            c0x0 = qa0.lanewise(VectorOperators.FMA, q0, c0x0);
            FloatVector qa1 = FloatVector.broadcast(SPECIES, a[i + 1 + S]);
            c1x0 = qa1.lanewise(VectorOperators.FMA, q0, c1x0);
            FloatVector qa2 = FloatVector.broadcast(SPECIES, a[i + 1 + 2 * S]);
            c2x0 = qa2.lanewise(VectorOperators.FMA, q0, c2x0);
            FloatVector qa3 = FloatVector.broadcast(SPECIES, a[i + 1 + 3 * S]);
            c3x0 = qa3.lanewise(VectorOperators.FMA, q0, c3x0);
            FloatVector qa4 = FloatVector.broadcast(SPECIES, a[i + 1 + 4 * S]);
            c4x0 = qa4.lanewise(VectorOperators.FMA, q0, c4x0);
            b += bStep;
        }
        if (i < end) {
            long p = Objects.checkIndex(b, Lanes.ADDRESSES);
            FloatVector p0 = FloatVector.fromMemorySegment(SPECIES, ALL, p, ORDER);
            FloatVector pa0 = FloatVector.broadcast(SPECIES, a[i]);
            c0x0 = pa0.lanewise(VectorOperators.FMA, p0, c0x0);
            FloatVector pa1 = FloatVector.broadcast(SPECIES, a[i + S]);
            c1x0 = pa1.lanewise(VectorOperators.FMA, p0, c1x0);
            FloatVector pa2 = FloatVector.broadcast(SPECIES, a[i + 2 * S]);
            c2x0 = pa2.lanewise(VectorOperators.FMA, p0, c2x0);
            FloatVector pa3 = FloatVector.broadcast(SPECIES, a[i + 3 * S]);
            c3x0 = pa3.lanewise(VectorOperators.FMA, p0, c3x0);
            FloatVector pa4 = FloatVector.broadcast(SPECIES, a[i + 4 * S]);
            c4x0 = pa4.lanewise(VectorOperators.FMA, p0, c4x0);
            b += bStep;
        }
        c0x0.intoMemorySegment(ALL, c, ORDER);
        c1x0.intoMemorySegment(ALL, c + cStep, ORDER);
        c2x0.intoMemorySegment(ALL, c + 2 * cStep, ORDER);
        c3x0.intoMemorySegment(ALL, c + 3 * cStep, ORDER);
        c4x0.intoMemorySegment(ALL, c + 4 * cStep, ORDER);
    }

    static void rows4(int kc, float[] a, int at, long b, long bStep, long from, long fromStep, long c, long cStep) {
        FloatVector c0x0 = FloatVector.fromMemorySegment(SPECIES, ALL, from, ORDER);
        FloatVector c1x0 = FloatVector.fromMemorySegment(SPECIES, ALL, from + fromStep, ORDER);
        FloatVector c2x0 = FloatVector.fromMemorySegment(SPECIES, ALL, from + 2 * fromStep, ORDER);
        FloatVector c3x0 = FloatVector.fromMemorySegment(SPECIES, ALL, from + 3 * fromStep, ORDER);
        int end = at + kc;
        int i = at;
        for (; i < end - 1; i += 2) {
            long p = Objects.checkIndex(b, Lanes.ADDRESSES);
            FloatVector p0 = FloatVector.fromMemorySegment(SPECIES, ALL, p, ORDER);
            FloatVector pa0 = FloatVector.broadcast(SPECIES, a[i]);
            c0x0 = pa0.lanewise(VectorOperators.FMA, p0, c0x0);
            FloatVector pa1 = FloatVector.broadcast(SPECIES, a[i + S]);
            c1x0 = pa1.lanewise(VectorOperators.FMA, p0, c1x0);
            FloatVector pa2 = FloatVector.broadcast(SPECIES, a[i + 2 * S]);
            c2x0 = pa2.lanewise(VectorOperators.FMA, p0, c2x0);
            FloatVector pa3 = FloatVector.broadcast(SPECIES, a[i + 3 * S]);
            c3x0 = pa3.lanewise(VectorOperators.FMA, p0, c3x0);
            b += bStep;
            long q = Objects.checkIndex(b, Lanes.ADDRESSES);
            FloatVector q0 = FloatVector.fromMemorySegment(SPECIES, ALL, q, ORDER);
            FloatVector qa0 = FloatVector.broadcast(SPECIES, a[i + 1]);
            c0x0 = qa0.lanewise(VectorOperators.FMA, q0, c0x0);
            FloatVector qa1 = FloatVector.broadcast(SPECIES, a[i + 1 + S]);
            c1x0 = qa1.lanewise(VectorOperators.FMA, q0, c1x0);
            FloatVector qa2 = FloatVector.broadcast(SPECIES, a[i + 1 + 2 * S]);
            c2x0 = qa2.lanewise(VectorOperators.FMA, q0, c2x0);
            FloatVector qa3 = FloatVector.broadcast(SPECIES, a[i + 1 + 3 * S]);
            c3x0 = qa3.lanewise(VectorOperators.FMA, q0, c3x0);
            b += bStep;
        }
        if (i < end) {
            long p = Objects.checkIndex(b, Lanes.ADDRESSES);
            FloatVector p0 = FloatVector.fromMemorySegment(SPECIES, ALL, p, ORDER);
            FloatVector pa0 = FloatVector.broadcast(SPECIES, a[i]);
            c0x0 = pa0.lanewise(VectorOperators.FMA, p0, c0x0);
            FloatVector pa1 = FloatVector.broadcast(SPECIES, a[i + S]);
            c1x0 = pa1.lanewise(VectorOperators.FMA, p0, c1x0);
            FloatVector pa2 = FloatVector.broadcast(SPECIES, a[i + 2 * S]);
            c2x0 = pa2.lanewise(VectorOperators.FMA, p0, c2x0);
            FloatVector pa3 = FloatVector.broadcast(SPECIES, a[i + 3 * S]);
            c3x0 = pa3.lanewise(VectorOperators.FMA, p0, c3x0);
            b += bStep;
        }
        c0x0.intoMemorySegment(ALL, c, ORDER);
        c1x0.intoMemorySegment(ALL, c + cStep, ORDER);
        c2x0.intoMemorySegment(ALL, c + 2 * cStep, ORDER);
        c3x0.intoMemorySegment(ALL, c + 3 * cStep, ORDER);
    }
}
