package dev.rankine.tensor.vector;

import static dev.rankine.tensor.vector.Lanes.ALL;
import static dev.rankine.tensor.vector.Lanes.COUNT;
import static dev.rankine.tensor.vector.Lanes.ORDER;
import static dev.rankine.tensor.vector.Lanes.SPECIES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import org.jspecify.annotations.Nullable;

/**
 * Rows of attention's scores and of their gradient between two products. They end in whole vectors: behind the last key
 * scores are negative infinity, so that probabilities are 0 there and no other loop needs a mask.
 */
final class ScoreRows {
    private static final int LEAST_ROWS = 16;
    private static final int MOST_ROWS = 128;

    private ScoreRows() {}

    /** Queries of a block that has about {@code scores} scores, but not so many that packed rows take much room. */
    static int together(int keys, int scores) {
        return Math.clamp(scores / Math.max(1, keys) & -LEAST_ROWS, LEAST_ROWS, MOST_ROWS);
    }

    /** Bytes from row to row of a block's scores: what tiles cover. */
    static long step(int keys) {
        return (long) Float.BYTES * HeadProduct.covered(keys);
    }

    /**
     * Makes scores[rows, keys], or their gradient, of packed rows and panels; gives their address.
     *
     * @param slot the matrix of the stage to use
     */
    static long product(
            int slot, int rows, int keys, int depth, float[] a, int at, long panels, Stage stage, Scratch scratch) {
        long step = step(keys);
        long to = stage.matrix(slot, rows * step);
        HeadProduct.multiply(rows, HeadProduct.covered(keys), depth, a, at, panels, to, step, scratch);
        return to;
    }

    /** Negative infinity where the mask is 0 and behind the last key, up to a whole vector; rows from {@code first} on. */
    static void hide(long scores, @Nullable Heads mask, int index, int first, int rows, int keys) {
        int rest = keys % COUNT;
        if (mask == null && rest == 0) {
            return;
        }
        for (int i = 0; i < rows; i++) {
            if (mask != null) {
                Softmax.hide(scores, 1, mask.at(index, first + i), scores, keys);
            }
            if (rest > 0) {
                hideEnd(scores + 4L * (keys - rest), rest);
            }
            scores += step(keys);
        }
    }

    private static void hideEnd(long place, int rest) {
        Softmax.LOWEST
                .blend(FloatVector.fromMemorySegment(SPECIES, ALL, place, ORDER), Lanes.first(rest))
                .intoMemorySegment(ALL, place, ORDER);
    }

    /** The largest score of each row; 0 where there is none, or none that a mask lets see. */
    static void maxima(long scores, boolean masked, long to, long toStep, int rows, int keys) {
        for (int i = 0; i < rows; i++) {
            float max = Rows.max(scores, Packing.roundUp(keys, COUNT));
            boolean empty = (masked || keys == 0) && max == Float.NEGATIVE_INFINITY;
            Lanes.set(to, empty ? 0 : max);
            scores += step(keys);
            to += toStep;
        }
    }

    /**
     * The scores become e^(score - maximum).
     *
     * @param shares where 1 / the sum of each row is written, 0 for no sum, or {@link Softmax#NOT_KEPT}
     */
    static void exponentials(long scores, long maxima, long keptStep, int rows, int keys, long shares) {
        for (int i = 0; i < rows; i++) {
            float sum = Exponentials.run(scores, Lanes.get(maxima), scores, Packing.roundUp(keys, COUNT));
            if (shares != Softmax.NOT_KEPT) {
                Lanes.set(shares, sum == 0 ? 0 : 1 / sum);
                shares += keptStep;
            }
            scores += step(keys);
            maxima += keptStep;
        }
    }

    /** Packs rows, each times its own factor. */
    static void pack(long x, long factors, long factorStep, int rows, int keys, float[] to, int at) {
        int run = HeadProduct.run(rows);
        for (int i = 0; i < rows; i++) {
            float factor = Lanes.get(factors + i * factorStep);
            for (int j = 0; j < keys; j += HeadProduct.ROW_STRIDE) {
                int some = Math.min(HeadProduct.ROW_STRIDE, Packing.roundUp(keys - j, COUNT));
                scale(x + 4L * j, factor, to, at + j / HeadProduct.ROW_STRIDE * run, some);
            }
            x += step(keys);
            at += HeadProduct.ROW_STRIDE;
        }
    }

    private static void scale(long x, float factor, float[] to, int at, int count) {
        for (int i = 0; i < count; i += COUNT) {
            FloatVector.fromMemorySegment(SPECIES, ALL, x + 4L * i, ORDER)
                    .mul(factor)
                    .intoArray(to, at + i);
        }
    }

    /**
     * The same without what is dropped.
     *
     * @param u random numbers, rows of them without gaps
     * @param threshold numbers below are dropped
     * @param left what the others are multiplied by, beside the factor of their row
     */
    static void packDropped(
            long x,
            long u,
            float threshold,
            float left,
            long factors,
            long factorStep,
            int rows,
            int keys,
            float[] to,
            int at) {
        int run = HeadProduct.run(rows);
        for (int i = 0; i < rows; i++) {
            float factor = Lanes.get(factors + i * factorStep) * left;
            for (int j = 0; j < keys; j += HeadProduct.ROW_STRIDE) {
                int some = Math.min(HeadProduct.ROW_STRIDE, Packing.roundUp(keys - j, COUNT));
                drop(x + 4L * j, u + 4L * j, threshold, factor, to, at + j / HeadProduct.ROW_STRIDE * run, some);
            }
            x += step(keys);
            u += 4L * keys;
            at += HeadProduct.ROW_STRIDE;
        }
    }

    private static void drop(long x, long u, float threshold, float factor, float[] to, int at, int count) {
        for (int i = 0; i < count; i += COUNT) {
            VectorMask<Float> keeps = FloatVector.fromMemorySegment(SPECIES, ALL, u + 4L * i, ORDER)
                    .compare(VectorOperators.GE, threshold);
            FloatVector.fromMemorySegment(SPECIES, ALL, x + 4L * i, ORDER, keeps)
                    .mul(factor)
                    .intoArray(to, at + i);
        }
    }

    /**
     * The packed probabilities P' that dropout left become the gradient of the scores, scale (P' dP - P sum(P' dP)).
     *
     * @param exponentials P before it was divided by the sums of its rows
     * @param sums room for a number of each row
     */
    static void gradients(
            float[] left,
            int at,
            long exponentials,
            long shares,
            long shareStep,
            long dP,
            float scale,
            int rows,
            int keys,
            long sums) {
        int run = HeadProduct.run(rows);
        int whole = Packing.roundUp(keys, COUNT);
        for (int i = 0; i < rows; i++) {
            float sum = 0;
            for (int j = 0; j < whole; j += HeadProduct.ROW_STRIDE) {
                int some = Math.min(HeadProduct.ROW_STRIDE, whole - j);
                int place = at + i * HeadProduct.ROW_STRIDE + j / HeadProduct.ROW_STRIDE * run;
                sum += dot(left, place, dP + i * step(keys) + 4L * j, some);
            }
            Lanes.set(sums + 4L * i, sum * Lanes.get(shares + i * shareStep) * -scale);
        }
        for (int i = 0; i < rows; i++) {
            float centre = Lanes.get(sums + 4L * i);
            for (int j = 0; j < whole; j += HeadProduct.ROW_STRIDE) {
                int some = Math.min(HeadProduct.ROW_STRIDE, whole - j);
                int place = at + i * HeadProduct.ROW_STRIDE + j / HeadProduct.ROW_STRIDE * run;
                gradient(left, place, exponentials + 4L * j, centre, dP + i * step(keys) + 4L * j, scale, some);
            }
            exponentials += step(keys);
        }
    }

    /** The sum of x y over whole vectors. */
    private static float dot(float[] x, int at, long y, int count) {
        FloatVector sum = FloatVector.zero(SPECIES);
        for (int i = 0; i < count; i += COUNT) {
            sum = FloatVector.fromMemorySegment(SPECIES, ALL, y + 4L * i, ORDER)
                    .fma(FloatVector.fromArray(SPECIES, x, at + i), sum);
        }
        return Lanes.sum(sum);
    }

    /** left = scale left dP + centre exponentials. */
    private static void gradient(
            float[] left, int at, long exponentials, float centre, long dP, float scale, int count) {
        for (int i = 0; i < count; i += COUNT) {
            FloatVector inner = FloatVector.fromMemorySegment(SPECIES, ALL, exponentials + 4L * i, ORDER)
                    .mul(centre);
            FloatVector.fromMemorySegment(SPECIES, ALL, dP + 4L * i, ORDER)
                    .mul(scale)
                    .fma(FloatVector.fromArray(SPECIES, left, at + i), inner)
                    .intoArray(left, at + i);
        }
    }
}
