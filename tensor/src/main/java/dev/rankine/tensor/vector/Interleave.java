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

    /** Deal the runs of both vectors' lower halves, or upper halves, in turn: for step 1 a0 b0 a1 b1 and a2 b2 a3 b3. */
    static final IntVector ZIP_LOWER_1 = zip(1, 0);

    static final IntVector ZIP_UPPER_1 = zip(1, COUNT / 2);
    static final IntVector ZIP_LOWER_2 = zip(2, 0);
    static final IntVector ZIP_UPPER_2 = zip(2, COUNT / 2);

    /**
     * Two vectors of fours and one of pairs, put together by turns, are three vectors: the first is made of the first fours
     * and the pairs, the last of the second fours and the pairs, and for the one between both fours come first.
     */
    static final IntVector SIX_0 = six(0, false);

    static final IntVector SIX_FOURS = six(1, true);
    static final IntVector SIX_1 = six(1, false);
    static final IntVector SIX_2 = six(2, false);

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

    private static IntVector zip(int step, int shift) {
        int[] indices = new int[COUNT];
        for (int lane = 0; lane < COUNT; lane++) {
            int run = lane / step;
            indices[lane] = run / 2 * step + lane % step + shift + run % 2 * COUNT;
        }
        return IntVector.fromArray(INTS, indices, 0);
    }

    private static IntVector six(int number, boolean fours) {
        int[] indices = new int[COUNT];
        for (int lane = 0; lane < COUNT; lane++) {
            int six = (number * COUNT + lane) / 6;
            int within = (number * COUNT + lane) % 6;
            int four = 4 * six + within;
            if (within >= 4) {
                indices[lane] = fours ? 0 : COUNT + 2 * six + within - 4;
            } else {
                indices[lane] = fours ? four : number == 1 ? lane : four % COUNT;
            }
        }
        return IntVector.fromArray(INTS, indices, 0);
    }

    private static IntVector integers(FloatVector indices) {
        return IntVector.fromArray(INTS, indices.toIntArray(), 0);
    }
}
