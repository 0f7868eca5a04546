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

    private Softmax() {}

    /**
     * y = e^(scale x - max) / sum over the elements whose mask is not 0, and 0 elsewhere; y may be x.
     *
     * @param mask as many floats as x, or {@link #NO_MASK}
     */
    static void row(long x, float scale, long mask, long y, int count) {
        float max = max(x, scale, mask, count);
        float sum = exponentials(x, scale, mask, max, y, count);
        scale(y, sum == 0 ? 0 : 1 / sum, count);
    }

    private static float max(long x, float scale, long mask, int count) {
        FloatVector largest = FloatVector.broadcast(SPECIES, Float.NEGATIVE_INFINITY);
        for (int i = 0; i < count; i += COUNT) {
            largest = largest.max(scores(x, scale, mask, i, count));
        }
        return Lanes.max(largest);
    }

    /** One vector of scores, negative infinity where they are hidden or beyond the end. */
    private static FloatVector scores(long x, float scale, long mask, int i, int count) {
        VectorMask<Float> seen = seen(mask, i, count);
        FloatVector hidden = FloatVector.broadcast(SPECIES, Float.NEGATIVE_INFINITY);
        return hidden.blend(
                FloatVector.fromMemorySegment(SPECIES, ALL, x + 4L * i, ORDER, seen)
                        .mul(scale),
                seen);
    }

    private static VectorMask<Float> seen(long mask, int i, int count) {
        VectorMask<Float> inside = SPECIES.indexInRange(i, count);
        if (mask == NO_MASK) {
            return inside;
        }
        return FloatVector.fromMemorySegment(SPECIES, ALL, mask + 4L * i, ORDER, inside)
                .compare(VectorOperators.NE, 0f);
    }

    private static float exponentials(long x, float scale, long mask, float max, long y, int count) {
        FloatVector sum = FloatVector.zero(SPECIES);
        for (int i = 0; i < count; i += COUNT) {
            VectorMask<Float> seen = seen(mask, i, count);
            FloatVector shifted = FloatVector.fromMemorySegment(SPECIES, ALL, x + 4L * i, ORDER, seen)
                    .mul(scale)
                    .sub(max);
            FloatVector e = FloatVector.zero(SPECIES).blend(VectorMath.exp(shifted), seen);
            sum = sum.add(e);
            e.intoMemorySegment(ALL, y + 4L * i, ORDER, SPECIES.indexInRange(i, count));
        }
        return Lanes.sum(sum);
    }

    private static void scale(long y, float factor, int count) {
        for (int i = 0; i < count; i += COUNT) {
            VectorMask<Float> inside = SPECIES.indexInRange(i, count);
            FloatVector.fromMemorySegment(SPECIES, ALL, y + 4L * i, ORDER, inside)
                    .mul(factor)
                    .intoMemorySegment(ALL, y + 4L * i, ORDER, inside);
        }
    }

    /** dX = scale y (dY - sum(y dY)); dX may be y or dY. */
    static void backwardRow(long y, long dY, float scale, long dX, int count) {
        FloatVector inner = FloatVector.zero(SPECIES);
        for (int i = 0; i < count; i += COUNT) {
            VectorMask<Float> inside = SPECIES.indexInRange(i, count);
            inner = FloatVector.fromMemorySegment(SPECIES, ALL, y + 4L * i, ORDER, inside)
                    .fma(FloatVector.fromMemorySegment(SPECIES, ALL, dY + 4L * i, ORDER, inside), inner);
        }
        float sum = Lanes.sum(inner);
        for (int i = 0; i < count; i += COUNT) {
            VectorMask<Float> inside = SPECIES.indexInRange(i, count);
            FloatVector.fromMemorySegment(SPECIES, ALL, dY + 4L * i, ORDER, inside)
                    .sub(sum)
                    .mul(FloatVector.fromMemorySegment(SPECIES, ALL, y + 4L * i, ORDER, inside))
                    .mul(scale)
                    .intoMemorySegment(ALL, dX + 4L * i, ORDER, inside);
        }
    }

    /** log sum_v e^x[v] - x[target]; 0 for a negative target. */
    static float crossEntropy(long x, long target, int count) {
        if (target < 0) {
            return 0;
        }
        float max = max(x, 1, NO_MASK, count);
        FloatVector sum = FloatVector.zero(SPECIES);
        for (int i = 0; i < count; i += COUNT) {
            VectorMask<Float> inside = SPECIES.indexInRange(i, count);
            FloatVector shifted = FloatVector.fromMemorySegment(SPECIES, ALL, x + 4L * i, ORDER, inside)
                    .sub(max);
            sum = sum.add(VectorMath.exp(shifted), inside);
        }
        // the C library's logarithm may differ between machines, StrictMath's may not
        return (float) (StrictMath.log(Lanes.sum(sum)) + max - Lanes.get(x + 4 * target));
    }

    /** dX = (softmax(x) - [v = target]) dLoss, zeros for a negative target; dX may be x. */
    static void crossEntropyBackward(long x, long target, float dLoss, long dX, int count) {
        if (target < 0) {
            for (int v = 0; v < count; v++) {
                Lanes.set(dX + 4L * v, 0f);
            }
            return;
        }
        float max = max(x, 1, NO_MASK, count);
        float sum = exponentials(x, 1, NO_MASK, max, dX, count);
        float factor = 1 / sum;
        float hit = Lanes.get(dX + 4 * target) * factor - 1;
        scale(dX, factor * dLoss, count);
        Lanes.set(dX + 4 * target, hit * dLoss);
    }
}
