package dev.rankine.tensor.vector;

import static dev.rankine.tensor.vector.Lanes.ALL;
import static dev.rankine.tensor.vector.Lanes.COUNT;
import static dev.rankine.tensor.vector.Lanes.ORDER;
import static dev.rankine.tensor.vector.Lanes.SPECIES;

import dev.rankine.tensor.DType;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.ShapeMismatch;
import dev.rankine.tensor.Tensor;
import java.lang.ref.Reference;
import java.util.function.Supplier;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/**
 * The three narrow products of a low-rank term's backward pass, a run of rows at a time: while a run's dY and x are in the
 * cache they give its rows of dT = s dY b and its shares of dB^T = t^T dY and dA = dT^T x. The shares are added up in the
 * order of the runs, which follow from the shape.
 */
final class LowRankGradients {
    /** Rows of a run, unless that makes more runs than the most. */
    private static final int RUN = 64;

    private static final int MOST_RUNS = 16;
    /** Columns that a task adds up. */
    private static final int SUMMED = 256;

    private static final String NAME = "lowRankBackward";

    private final WorkerPool pool;
    private final Supplier<Stage> stages;
    private final Supplier<Scratch> scratches;

    LowRankGradients(WorkerPool pool, Supplier<Stage> stages, Supplier<Scratch> scratches) {
        this.pool = pool;
        this.stages = stages;
        this.scratches = scratches;
    }

    void run(Tensor dY, Tensor x, Tensor t, Tensor b, float scale, Tensor dT, Tensor dA, Tensor dB) {
        check(dY, x, t, b, dT, dA, dB);
        Tensor[] operands = {dY.contiguous(), x.contiguous(), t.contiguous(), b, dT, dA, dB};
        int rows = t.shape().dim(0);
        int rank = t.shape().dim(1);
        int height = Math.max(RUN, Packing.roundUp((rows + MOST_RUNS - 1) / MOST_RUNS, COUNT));
        int runs = (rows + height - 1) / height;
        Stage own = stages.get();
        Shares ofB = new Shares(operands[0], rank, runs, own.matrix(0, Shares.bytes(operands[0], rank, runs)));
        Shares ofA = new Shares(operands[1], rank, runs, own.matrix(1, Shares.bytes(operands[1], rank, runs)));
        long factor = turned(b, scale, own);
        long tAt = Native.address(operands[2]);
        long dTAt = Native.address(dT);
        long dAAt = Native.address(dA);
        long dBAt = Native.address(dB);
        int tasks = ofB.tasks();
        pool.run(runs, runs + tasks + ofA.tasks(), block -> {
            if (block < runs) {
                int from = block * height;
                int count = Math.min(height, rows - from);
                Scratch scratch = scratches.get();
                Gemm.alone(ofB.times(factor, from, count, dTAt), scratch);
                Gemm.alone(ofB.share(block, tAt, from, count), scratch);
                Gemm.alone(ofA.share(block, dTAt, from, count), scratch);
            } else if (block < runs + tasks) {
                ofB.sumTurned(block - runs, dBAt);
            } else {
                ofA.sum(block - runs - tasks, dAAt);
            }
        });
        Reference.reachabilityFence(operands);
    }

    private static void check(Tensor dY, Tensor x, Tensor t, Tensor b, Tensor dT, Tensor dA, Tensor dB) {
        if (dY.shape().rank() != 2 || x.shape().rank() != 2 || t.shape().rank() != 2) {
            throw ShapeMismatch.in(NAME, "dY, x and t must be matrices", dY.shape(), x.shape(), t.shape());
        }
        int rows = t.shape().dim(0);
        int rank = t.shape().dim(1);
        int inputs = x.shape().dim(1);
        int outputs = dY.shape().dim(1);
        ShapeMismatch.require(NAME, "dY", Shape.of(rows, outputs), dY.shape());
        ShapeMismatch.require(NAME, "x", Shape.of(rows, inputs), x.shape());
        ShapeMismatch.require(NAME, "b", Shape.of(outputs, rank), b.shape());
        ShapeMismatch.require(NAME, "dT", t.shape(), dT.shape());
        ShapeMismatch.require(NAME, "dA", Shape.of(rank, inputs), dA.shape());
        ShapeMismatch.require(NAME, "dB", b.shape(), dB.shape());
    }

    /** The rows of scale b^T, without gaps, as the narrow product reads them. */
    private static long turned(Tensor b, float scale, Stage stage) {
        int outputs = b.shape().dim(0);
        int rank = b.shape().dim(1);
        long from = Native.address(b);
        long to = stage.matrix(2, (long) Float.BYTES * outputs * rank);
        long place = to;
        for (int j = 0; j < rank; j++) {
            for (int o = 0; o < outputs; o++) {
                Lanes.set(place, scale * Lanes.get(from + Float.BYTES * (o * b.stride(0) + j * b.stride(1))));
                place += Float.BYTES;
            }
        }
        return to;
    }

    /**
     * A matrix [R, W] of rows, and what its runs add to the product of narrow rows [R, r]^T with it.
     *
     * @param rows where it lies
     * @param shares room for [runs, r, W]
     */
    private record Shares(long rows, int width, int rank, int runs, long shares) {
        Shares(Tensor rows, int rank, int runs, long shares) {
            this(Native.address(rows), rows.shape().dim(1), rank, runs, shares);
        }

        static long bytes(Tensor rows, int rank, int runs) {
            return (long) Float.BYTES * Math.max(1, runs) * rank * rows.shape().dim(1);
        }

        private long step() {
            return (long) Float.BYTES * width;
        }

        private long narrowStep() {
            return (long) Float.BYTES * rank;
        }

        private long share(int run) {
            return shares + (long) run * rank * step();
        }

        /** Some rows times a factor, given as its columns [r, W]: the same rows of {@code to} [R, r]. */
        Product times(long factor, int from, int count, long to) {
            return new Product(
                    count,
                    rank,
                    width,
                    rows + from * step(),
                    step(),
                    Float.BYTES,
                    DType.F32,
                    factor,
                    Float.BYTES,
                    step(),
                    to + from * narrowStep(),
                    narrowStep(),
                    Float.BYTES,
                    false);
        }

        /** The share [r, W] of some rows: narrow^T times them. */
        Product share(int run, long narrow, int from, int count) {
            return new Product(
                    rank,
                    width,
                    count,
                    narrow + from * narrowStep(),
                    Float.BYTES,
                    narrowStep(),
                    DType.F32,
                    rows + from * step(),
                    step(),
                    Float.BYTES,
                    share(run),
                    step(),
                    Float.BYTES,
                    false);
        }

        int tasks() {
            return (width + SUMMED - 1) / SUMMED;
        }

        /** Adds up some columns of all shares into {@code to} [r, W]. */
        void sum(int task, long to) {
            int end = Math.min(width, (task + 1) * SUMMED);
            for (int j = 0; j < rank; j++) {
                for (int i = task * SUMMED; i < end; i += COUNT) {
                    long place = j * step() + i * (long) Float.BYTES;
                    VectorMask<Float> mask = SPECIES.indexInRange(i, end);
                    FloatVector sum = FloatVector.zero(SPECIES);
                    for (int run = 0; run < runs; run++) {
                        sum = FloatVector.fromMemorySegment(SPECIES, ALL, share(run) + place, ORDER, mask)
                                .add(sum);
                    }
                    sum.intoMemorySegment(ALL, to + place, ORDER, mask);
                }
            }
        }

        /** The same into {@code to} [W, r]. */
        void sumTurned(int task, long to) {
            sum(task, shares);
            int end = Math.min(width, (task + 1) * SUMMED);
            long place = to + (long) SUMMED * task * narrowStep();
            for (int i = task * SUMMED; i < end; i++) {
                for (int j = 0; j < rank; j++) {
                    Lanes.set(place, Lanes.get(shares + j * step() + i * (long) Float.BYTES));
                    place += Float.BYTES;
                }
            }
        }
    }
}
