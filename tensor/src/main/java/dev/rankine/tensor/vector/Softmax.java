package dev.rankine.tensor.vector;

import static dev.rankine.tensor.vector.Lanes.ALL;
import static dev.rankine.tensor.vector.Lanes.COUNT;
import static dev.rankine.tensor.vector.Lanes.ORDER;
import static dev.rankine.tensor.vector.Lanes.SPECIES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/** Softmax of a contiguous row, its gradient, and cross-entropy, which is made of it. */
final class Softmax {
    /** The address of no mask. */
    static final long NO_MASK = 0;

    static final FloatVector LOWEST = FloatVector.broadcast(SPECIES, Float.NEGATIVE_INFINITY);

    private Softmax() {}

    /** What {@link #row} can keep of a row, from which its result can be made once more: its maximum, and 1 / sum. */
    static final int KEPT = 2;

    /** The address of nothing kept. */
    static final long NOT_KEPT = 0;

    /**
     * y = e^(scale x - max) / sum over the elements whose mask is not 0, and 0 elsewhere; y may be x.
     *
     * @param mask as many floats as x, or {@link #NO_MASK}
     * @param kept where {@link #KEPT} floats are written, or {@link #NOT_KEPT}
     */
    static void row(long x, float scale, long mask, long y, int count, long kept) {
        long scores = scores(x, scale, mask, y, count);
        float max = Rows.max(scores, count);
        boolean empty = mask != NO_MASK && max == Float.NEGATIVE_INFINITY;
        if (empty) {
            clear(y, count);
        }
        float share = empty ? 0 : 1 / Exponentials.run(scores, max, y, count);
        if (!empty) {
            scale(y, share, y, count);
        }
        if (kept != NOT_KEPT) {
            Lanes.set(kept, empty ? 0 : max);
            Lanes.set(kept + Float.BYTES, share);
        }
    }

    /** Writes scale x to y, negative infinity where it is masked, and gives y; or gives x where that is the same. */
    private static long scores(long x, float scale, long mask, long y, int count) {
        if (mask != NO_MASK) {
            hide(x, scale, mask, y, count);
        } else if (scale != 1) {
            scale(x, scale, y, count);
        } else {
            return x;
        }
        return y;
    }

    /** y = scale x where the mask is not 0, else negative infinity. */
    static void hide(long x, float scale, long mask, long y, int count) {
        int i = 0;
        for (; i + COUNT <= count; i += COUNT) {
            VectorMask<Float> seen = FloatVector.fromMemorySegment(SPECIES, ALL, mask + 4L * i, ORDER)
                    .compare(VectorOperators.NE, VectorMath.ZERO);
            LOWEST.blend(
                            FloatVector.fromMemorySegment(SPECIES, ALL, x + 4L * i, ORDER)
                                    .mul(scale),
                            seen)
                    .intoMemorySegment(ALL, y + 4L * i, ORDER);
        }
        if (i < count) {
            VectorMask<Float> inside = SPECIES.indexInRange(i, count);
            VectorMask<Float> seen = FloatVector.fromMemorySegment(SPECIES, ALL, mask + 4L * i, ORDER, inside)
                    .compare(VectorOperators.NE, VectorMath.ZERO);
            LOWEST.blend(
                            FloatVector.fromMemorySegment(SPECIES, ALL, x + 4L * i, ORDER, inside)
                                    .mul(scale),
                            seen)
                    .intoMemorySegment(ALL, y + 4L * i, ORDER, inside);
        }
    }

    private static void clear(long y, int count) {
        for (int i = 0; i < count; i++) {
            Lanes.set(y + 4L * i, 0f);
        }
    }

    private static void scale(long x, float factor, long y, int count) {
        int i = 0;
        for (; i + COUNT <= count; i += COUNT) {
            FloatVector.fromMemorySegment(SPECIES, ALL, x + 4L * i, ORDER)
                    .mul(factor)
                    .intoMemorySegment(ALL, y + 4L * i, ORDER);
        }
        if (i < count) {
            VectorMask<Float> rest = SPECIES.indexInRange(i, count);
            FloatVector.fromMemorySegment(SPECIES, ALL, x + 4L * i, ORDER, rest)
                    .mul(factor)
                    .intoMemorySegment(ALL, y + 4L * i, ORDER, rest);
        }
    }

    /** dX = y (dY - sum(y dY)); dX may be y or dY. */
    static void backwardRow(long y, long dY, long dX, int count) {
        FloatVector inner = FloatVector.zero(SPECIES);
        int i = 0;
        for (; i + COUNT <= count; i += COUNT) {
            inner = FloatVector.fromMemorySegment(SPECIES, ALL, y + 4L * i, ORDER)
                    .fma(FloatVector.fromMemorySegment(SPECIES, ALL, dY + 4L * i, ORDER), inner);
        }
        VectorMask<Float> rest = SPECIES.indexInRange(i, count);
        if (i < count) {
            inner = FloatVector.fromMemorySegment(SPECIES, ALL, y + 4L * i, ORDER, rest)
                    .fma(FloatVector.fromMemorySegment(SPECIES, ALL, dY + 4L * i, ORDER, rest), inner);
        }
        float sum = Lanes.sum(inner);
        for (i = 0; i + COUNT <= count; i += COUNT) {
            FloatVector centred = FloatVector.fromMemorySegment(SPECIES, ALL, dY + 4L * i, ORDER)
                    .sub(sum);
            centred.mul(FloatVector.fromMemorySegment(SPECIES, ALL, y + 4L * i, ORDER))
                    .intoMemorySegment(ALL, dX + 4L * i, ORDER);
        }
        if (i < count) {
            FloatVector centred = FloatVector.fromMemorySegment(SPECIES, ALL, dY + 4L * i, ORDER, rest)
                    .sub(sum);
            centred.mul(FloatVector.fromMemorySegment(SPECIES, ALL, y + 4L * i, ORDER, rest))
                    .intoMemorySegment(ALL, dX + 4L * i, ORDER, rest);
        }
    }

    /**
     * log sum_v e^x[v] - x[target]; 0 for a negative target.
     *
     * @param room for as many floats as x has
     */
    static float crossEntropy(long x, long target, int count, long room) {
        if (target < 0) {
            return 0;
        }
        float max = Rows.max(x, count);
        float log = (float) StrictMath.log(Exponentials.run(x, max, room, count));
        return log + (max - Lanes.get(x + 4 * target));
    }

    /** dX = (softmax(x) - [v = target]) dLoss, zeros for a negative target; dX may be x. */
    static void crossEntropyBackward(long x, long target, float dLoss, long dX, int count) {
        if (target < 0) {
            clear(dX, count);
            return;
        }
        float max = Rows.max(x, count);
        float factor = 1 / Exponentials.run(x, max, dX, count);
        float hit = Lanes.get(dX + 4 * target) * factor - 1;
        scale(dX, factor * dLoss, dX, count);
        Lanes.set(dX + 4 * target, hit * dLoss);
    }
}
