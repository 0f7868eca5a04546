package dev.rankine.tensor.vector;

import dev.rankine.tensor.DType;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.ShapeMismatch;
import dev.rankine.tensor.Tensor;
import java.util.function.Supplier;

/**
 * The three narrow products of a low-rank term's backward pass, a run of rows at a time: while a run's dY and x are in the
 * cache they give its rows of dT = s dY b and its shares of dB^T = t^T dY and dA = dT^T x. The shares are added up in the
 * order of the runs, which follow from the shape.
 */
final class LowRankGradients {
    private static final String NAME = "lowRankBackward";

    private final RowWork rowWork;
    private final Supplier<Scratch> scratches;

    LowRankGradients(RowWork rowWork, Supplier<Scratch> scratches) {
        this.rowWork = rowWork;
        this.scratches = scratches;
    }

    void run(Tensor dY, Tensor x, Tensor t, Tensor b, float scale, Tensor dT, Tensor dA, Tensor dB) {
        check(dY, x, t, b, dT, dA, dB);
        int rows = t.shape().dim(0);
        Tensor[] given = {dY.contiguous(), x.contiguous(), t.contiguous()};
        Use[] uses = {
            Use.rows(given[0], false),
            Use.rows(given[1], false),
            Use.rows(given[2], false),
            Use.reads(b),
            Use.rows(dT, true),
            Use.writes(dA),
            Use.writes(dB)
        };
        rowWork.add(new Walk(given[0], given[1], given[2], b, scale, dT, dA, dB, RunShares.height(rows), uses));
    }

    private final class Walk extends RowStep {
        private final int rows;
        private final int height;
        private final Tensor b;
        private final float scale;
        private final Shares ofB;
        private final Shares ofA;
        private final long t;
        private final long dT;
        private final long dA;
        private final long dB;
        private long factor;
        private long sharesB;
        private long sharesA;

        Walk(
                Tensor dY,
                Tensor x,
                Tensor t,
                Tensor b,
                float scale,
                Tensor dT,
                Tensor dA,
                Tensor dB,
                int height,
                Use... uses) {
            super(
                    Math.max(1, t.shape().dim(0)),
                    height,
                    3 * (dY.shape().size() + x.shape().size()) / 2,
                    uses);
            rows = t.shape().dim(0);
            this.height = height;
            int runs = Math.ceilDiv(rows, height);
            this.b = b;
            this.scale = scale;
            int rank = t.shape().dim(1);
            ofB = new Shares(dY, rank, runs);
            ofA = new Shares(x, rank, runs);
            this.t = Native.addressInOrder(t);
            this.dT = Native.addressInOrder(dT);
            this.dA = Native.addressInOrder(dA);
            this.dB = Native.addressInOrder(dB);
        }

        @Override
        void begin(Room room) {
            factor = room.take(Float.BYTES * b.shape().size());
            sharesB = room.take(ofB.bytes());
            sharesA = room.take(ofA.bytes());
        }

        @Override
        int packs() {
            return 1;
        }

        @Override
        void pack(int task) {
            turn(b, scale, factor);
        }

        @Override
        void rows(int from, int end) {
            Scratch scratch = scratches.get();
            for (int row = from; row < Math.min(end, rows); row += height) {
                int run = row / height;
                int count = Math.min(height, rows - row);
                Gemm.alone(ofB.times(factor, row, count, dT), scratch);
                Gemm.alone(ofB.share(sharesB, run, t, row, count), scratch);
                Gemm.alone(ofA.share(sharesA, run, dT, row, count), scratch);
            }
        }

        @Override
        int sums() {
            return ofB.tasks() + ofA.tasks();
        }

        @Override
        void sum(int task) {
            if (task < ofB.tasks()) {
                ofB.sumTurned(sharesB, task, dB);
            } else {
                ofA.sum(sharesA, task - ofB.tasks(), dA);
            }
        }
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
    private static void turn(Tensor b, float scale, long to) {
        int outputs = b.shape().dim(0);
        int rank = b.shape().dim(1);
        long from = Native.addressInOrder(b);
        long place = to;
        for (int j = 0; j < rank; j++) {
            for (int o = 0; o < outputs; o++) {
                Lanes.set(place, scale * Lanes.get(from + Float.BYTES * (o * b.stride(0) + j * b.stride(1))));
                place += Float.BYTES;
            }
        }
    }

    /** A matrix [R, W] of rows, and what its runs add to the product of narrow rows [R, r]^T with it: shares [runs, r, W]. */
    private record Shares(long rows, int width, int rank, int runs) {
        Shares(Tensor rows, int rank, int runs) {
            this(Native.addressInOrder(rows), rows.shape().dim(1), rank, runs);
        }

        long bytes() {
            return step() * rank * Math.max(1, runs);
        }

        private long step() {
            return (long) Float.BYTES * width;
        }

        private long narrowStep() {
            return (long) Float.BYTES * rank;
        }

        private long share(long shares, int run) {
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
        Product share(long shares, int run, long narrow, int from, int count) {
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
                    share(shares, run),
                    step(),
                    Float.BYTES,
                    false);
        }

        int tasks() {
            return RunShares.tasks(width);
        }

        /** Adds up some columns of all shares into {@code to} [r, W]. */
        void sum(long shares, int task, long to) {
            for (int j = 0; j < rank; j++) {
                RunShares.add(shares + j * step(), rank * step(), runs, task, width, to + j * step());
            }
        }

        /** The same into {@code to} [W, r]. */
        void sumTurned(long shares, int task, long to) {
            sum(shares, task, shares);
            int first = RunShares.first(task);
            long place = to + first * narrowStep();
            for (int i = first; i < RunShares.end(task, width); i++) {
                for (int j = 0; j < rank; j++) {
                    Lanes.set(place, Lanes.get(shares + j * step() + i * (long) Float.BYTES));
                    place += Float.BYTES;
                }
            }
        }
    }
}
