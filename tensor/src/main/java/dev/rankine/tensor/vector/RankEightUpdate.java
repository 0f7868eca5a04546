package dev.rankine.tensor.vector;

import static dev.rankine.tensor.vector.Lanes.ALL;
import static dev.rankine.tensor.vector.Lanes.BYTES;
import static dev.rankine.tensor.vector.Lanes.ORDER;
import static dev.rankine.tensor.vector.Lanes.SPECIES;

import jdk.incubator.vector.FloatVector;

/**
 * The product with an inner dimension of 8, the up-projection of the usual low-rank update: a panel of B,
 * 8 rows by 2 vectors, stays in 16 registers while the rows of A and C stream by.
 *
 * <p>Written by {@code KernelGenerator}; change that, not this.
 */
final class RankEightUpdate {
    private RankEightUpdate() {}

    static void rows(int rows, long a, long aStep, long b, long bStep, long c, long cStep, boolean add) {
        FloatVector b0x0 = FloatVector.fromMemorySegment(SPECIES, ALL, b, ORDER);
        FloatVector b0x1 = FloatVector.fromMemorySegment(SPECIES, ALL, b + BYTES, ORDER);
        FloatVector b1x0 = FloatVector.fromMemorySegment(SPECIES, ALL, b + bStep, ORDER);
        FloatVector b1x1 = FloatVector.fromMemorySegment(SPECIES, ALL, b + bStep + BYTES, ORDER);
        FloatVector b2x0 = FloatVector.fromMemorySegment(SPECIES, ALL, b + 2 * bStep, ORDER);
        FloatVector b2x1 = FloatVector.fromMemorySegment(SPECIES, ALL, b + 2 * bStep + BYTES, ORDER);
        FloatVector b3x0 = FloatVector.fromMemorySegment(SPECIES, ALL, b + 3 * bStep, ORDER);
        FloatVector b3x1 = FloatVector.fromMemorySegment(SPECIES, ALL, b + 3 * bStep + BYTES, ORDER);
        FloatVector b4x0 = FloatVector.fromMemorySegment(SPECIES, ALL, b + 4 * bStep, ORDER);
        FloatVector b4x1 = FloatVector.fromMemorySegment(SPECIES, ALL, b + 4 * bStep + BYTES, ORDER);
        FloatVector b5x0 = FloatVector.fromMemorySegment(SPECIES, ALL, b + 5 * bStep, ORDER);
        FloatVector b5x1 = FloatVector.fromMemorySegment(SPECIES, ALL, b + 5 * bStep + BYTES, ORDER);
        FloatVector b6x0 = FloatVector.fromMemorySegment(SPECIES, ALL, b + 6 * bStep, ORDER);
        FloatVector b6x1 = FloatVector.fromMemorySegment(SPECIES, ALL, b + 6 * bStep + BYTES, ORDER);
        FloatVector b7x0 = FloatVector.fromMemorySegment(SPECIES, ALL, b + 7 * bStep, ORDER);
        FloatVector b7x1 = FloatVector.fromMemorySegment(SPECIES, ALL, b + 7 * bStep + BYTES, ORDER);
        for (int i = 0; i < rows; i++) {
            FloatVector a0 = FloatVector.broadcast(SPECIES, ALL.get(Lanes.FLOAT, a));
            FloatVector c0 = b0x0.mul(a0);
            FloatVector c1 = b0x1.mul(a0);
            FloatVector a1 = FloatVector.broadcast(SPECIES, ALL.get(Lanes.FLOAT, a + 4));
            c0 = b1x0.fma(a1, c0);
            c1 = b1x1.fma(a1, c1);
            FloatVector a2 = FloatVector.broadcast(SPECIES, ALL.get(Lanes.FLOAT, a + 8));
            c0 = b2x0.fma(a2, c0);
            c1 = b2x1.fma(a2, c1);
            FloatVector a3 = FloatVector.broadcast(SPECIES, ALL.get(Lanes.FLOAT, a + 12));
            c0 = b3x0.fma(a3, c0);
            c1 = b3x1.fma(a3, c1);
            FloatVector a4 = FloatVector.broadcast(SPECIES, ALL.get(Lanes.FLOAT, a + 16));
            c0 = b4x0.fma(a4, c0);
            c1 = b4x1.fma(a4, c1);
            FloatVector a5 = FloatVector.broadcast(SPECIES, ALL.get(Lanes.FLOAT, a + 20));
            c0 = b5x0.fma(a5, c0);
            c1 = b5x1.fma(a5, c1);
            FloatVector a6 = FloatVector.broadcast(SPECIES, ALL.get(Lanes.FLOAT, a + 24));
            c0 = b6x0.fma(a6, c0);
            c1 = b6x1.fma(a6, c1);
            FloatVector a7 = FloatVector.broadcast(SPECIES, ALL.get(Lanes.FLOAT, a + 28));
            c0 = b7x0.fma(a7, c0);
            c1 = b7x1.fma(a7, c1);
            if (add) {
                FloatVector before0 = FloatVector.fromMemorySegment(SPECIES, ALL, c, ORDER);
                c0.add(before0).intoMemorySegment(ALL, c, ORDER);
                FloatVector before1 = FloatVector.fromMemorySegment(SPECIES, ALL, c + BYTES, ORDER);
                c1.add(before1).intoMemorySegment(ALL, c + BYTES, ORDER);
            } else {
                c0.intoMemorySegment(ALL, c, ORDER);
                c1.intoMemorySegment(ALL, c + BYTES, ORDER);
            }
            a += aStep;
            c += cStep;
        }
    }
}
