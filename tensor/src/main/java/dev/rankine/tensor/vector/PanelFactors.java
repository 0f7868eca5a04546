package dev.rankine.tensor.vector;

import static dev.rankine.tensor.vector.Lanes.ALL;
import static dev.rankine.tensor.vector.Lanes.COUNT;
import static dev.rankine.tensor.vector.Lanes.ORDER;
import static dev.rankine.tensor.vector.Lanes.SPECIES;

import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import jdk.incubator.vector.FloatVector;

/**
 * Factors for the columns of B or for its steps of k. A panel is multiplied by them when it has just been packed and is near,
 * so no scaled B is ever made.
 *
 * @param at the address of the first, the others behind it without gaps
 * @param ofColumns whether each column has one, else each step of k
 */
record PanelFactors(long at, boolean ofColumns) {
    /** @param factor without gaps, [O, 1] or [1, I] for B = W^T of a weight [O, I] */
    static PanelFactors of(Tensor factor, Shape weight) {
        boolean ofColumns = factor.shape().equals(Shape.of(weight.dim(0), 1));
        return new PanelFactors(Native.addressInOrder(factor), ofColumns);
    }

    /** Multiplies the packed panel that begins with column {@code from} and step {@code k0}. */
    void scale(int from, int columns, int k0, int steps, long panel) {
        for (int j = 0; j < columns; j += COUNT) {
            long to = panel + j * (long) Float.BYTES;
            if (ofColumns) {
                byColumn(at + (from + j) * (long) Float.BYTES, Math.min(COUNT, columns - j), steps, to);
            } else {
                byStep(at + k0 * (long) Float.BYTES, steps, to);
            }
        }
    }

    private static void byColumn(long factors, int count, int steps, long to) {
        FloatVector factor = FloatVector.fromMemorySegment(SPECIES, ALL, factors, ORDER, Lanes.first(count));
        for (int k = 0; k < steps; k++) {
            FloatVector.fromMemorySegment(SPECIES, ALL, to, ORDER).mul(factor).intoMemorySegment(ALL, to, ORDER);
            to += Packing.PANEL_BYTES;
        }
    }

    private static void byStep(long factors, int steps, long to) {
        for (int k = 0; k < steps; k++) {
            FloatVector.fromMemorySegment(SPECIES, ALL, to, ORDER)
                    .mul(Lanes.get(factors))
                    .intoMemorySegment(ALL, to, ORDER);
            factors += Float.BYTES;
            to += Packing.PANEL_BYTES;
        }
    }
}
