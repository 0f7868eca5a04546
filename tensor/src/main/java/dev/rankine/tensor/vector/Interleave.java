package dev.rankine.tensor.vector;

import static dev.rankine.tensor.vector.Lanes.COUNT;
import static dev.rankine.tensor.vector.Lanes.INTS;
import static dev.rankine.tensor.vector.Lanes.SPECIES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/**
 * Index vectors for {@code selectFrom(a, b)} that take two vectors as runs of {@code step} lanes and deal the even runs
 * (lower) or the odd runs (upper) of both into one: for step 1 and four lanes, a0 b0 a2 b2 and a1 b1 a3 b3. A transpose
 * is log2 L rounds of them; their sum is one level of a tree that adds up lanes. As integers they deal integers, and spare the
 * kernel a conversion of fourteen instructions for each.
 */
final class Interleave {
    static final FloatVector LOWER_8 = indices(8, 0);
    static final FloatVector UPPER_8 = indices(8, 8);
    static final FloatVector LOWER_4 = indices(4, 0);
    static final FloatVector UPPER_4 = indices(4, 4);
    static final FloatVector LOWER_2 = indices(2, 0);
    static final FloatVector UPPER_2 = indices(2, 2);
    static final FloatVector LOWER_1 = indices(1, 0);
    static final FloatVector UPPER_1 = indices(1, 1);

    static final IntVector LOWER_8_INTS = integers(LOWER_8);
    static final IntVector UPPER_8_INTS = integers(UPPER_8);
    static final IntVector LOWER_4_INTS = integers(LOWER_4);
    static final IntVector UPPER_4_INTS = integers(UPPER_4);
    static final IntVector LOWER_2_INTS = integers(LOWER_2);
    static final IntVector UPPER_2_INTS = integers(UPPER_2);
    static final IntVector LOWER_1_INTS = integers(LOWER_1);
    static final IntVector UPPER_1_INTS = integers(UPPER_1);

    private Interleave() {}

    private static FloatVector indices(int step, int shift) {
        float[] indices = new float[COUNT];
        if (step < COUNT) {
            for (int lane = 0; lane < COUNT; lane++) {
                int run = lane & -(2 * step);
                int within = lane & (step - 1);
                boolean first = (lane & step) == 0;
                indices[lane] = run + within + shift + (first ? 0 : COUNT);
            }
        }
        return FloatVector.fromArray(SPECIES, indices, 0);
    }

    private static IntVector integers(FloatVector indices) {
        return IntVector.fromArray(INTS, indices.toIntArray(), 0);
    }
}
