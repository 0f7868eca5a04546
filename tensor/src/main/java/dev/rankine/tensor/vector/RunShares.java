package dev.rankine.tensor.vector;

import static dev.rankine.tensor.vector.Lanes.ALL;
import static dev.rankine.tensor.vector.Lanes.COUNT;
import static dev.rankine.tensor.vector.Lanes.ORDER;
import static dev.rankine.tensor.vector.Lanes.SPECIES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/** Sums over rows, cut by the number of rows alone: each run of rows has a share, and these are added up in their order. */
final class RunShares {
    /** Runs, unless they would be shorter than the least. */
    private static final int RUNS = 16;

    private static final int LEAST_ROWS = 32;
    /** Columns that a task adds up. */
    private static final int SUMMED = 256;

    private RunShares() {}

    /** Rows of a run: whole tiles, as far as an even number of rows makes some. */
    static int height(int rows) {
        int runs = Math.clamp(rows / LEAST_ROWS, 1, RUNS);
        return Packing.roundUp(Math.max(1, Math.ceilDiv(rows, runs)), 2);
    }

    /** How many tasks add up so many columns. */
    static int tasks(int width) {
        return (width + SUMMED - 1) / SUMMED;
    }

    /** The first column of a task. */
    static int first(int task) {
        return task * SUMMED;
    }

    /** The column behind the last one of a task. */
    static int end(int task, int width) {
        return Math.min(width, first(task + 1));
    }

    /**
     * Adds up the columns of a task.
     *
     * @param shares of {@code runs} runs, {@code step} bytes apart
     */
    static void add(long shares, long step, int runs, int task, int width, long to) {
        int end = end(task, width);
        for (int i = first(task); i < end; i += COUNT) {
            long place = i * (long) Float.BYTES;
            VectorMask<Float> mask = SPECIES.indexInRange(i, end);
            FloatVector sum = FloatVector.zero(SPECIES);
            for (int run = 0; run < runs; run++) {
                sum = FloatVector.fromMemorySegment(SPECIES, ALL, shares + run * step + place, ORDER, mask)
                        .add(sum);
            }
            sum.intoMemorySegment(ALL, to + place, ORDER, mask);
        }
    }
}
