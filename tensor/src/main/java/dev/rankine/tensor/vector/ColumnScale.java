package dev.rankine.tensor.vector;

import static dev.rankine.tensor.vector.Lanes.ALL;
import static dev.rankine.tensor.vector.Lanes.COUNT;
import static dev.rankine.tensor.vector.Lanes.ORDER;
import static dev.rankine.tensor.vector.Lanes.SPECIES;

import dev.rankine.tensor.Shape;
import dev.rankine.tensor.ShapeMismatch;
import dev.rankine.tensor.Tensor;
import java.util.function.Supplier;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import org.jspecify.annotations.Nullable;

/** Columns with a factor and a bias of their own, and the gradients, each in one pass. */
final class ColumnScale {
    private final RowWork rowWork;
    private final Supplier<Stage> stages;

    ColumnScale(RowWork rowWork, Supplier<Stage> stages) {
        this.rowWork = rowWork;
        this.stages = stages;
    }

    private static void requireColumns(String operation, String what, Tensor x, Tensor vector) {
        if (x.shape().rank() != 2) {
            throw ShapeMismatch.in(operation, "x must be a matrix", x.shape());
        }
        ShapeMismatch.require(operation, what, Shape.of(x.shape().dim(1)), vector.shape());
    }

    void forward(Tensor x, Tensor f, @Nullable Tensor bias, Tensor y) {
        String operation = "scaleColumns";
        requireColumns(operation, "f", x, f);
        if (bias != null) {
            requireColumns(operation, "the bias", x, bias);
        }
        Tensor factor = f.contiguous();
        Tensor shift = bias == null ? null : bias.contiguous();
        long factorAt = Native.addressInOrder(factor);
        long shiftAt = shift == null ? 0 : Native.addressInOrder(shift);
        Grid grid = Grid.rows(operation, y, Fused.evenRows(x));
        Grid.Body body = (at, first, count, stage) -> {
            if (shift == null) {
                scale(at[1], factorAt, at[0], count);
            } else {
                scale(at[1], factorAt, shiftAt, at[0], count);
            }
        };
        Tensor[] seen = shift == null ? new Tensor[] {factor} : new Tensor[] {factor, shift};
        grid.forRows(rowWork, stages, grid.length(), body, seen);
    }

    void backward(Tensor x, Tensor f, Tensor dY, Tensor dX, Tensor dF) {
        String operation = "scaleColumnsBackward";
        requireColumns(operation, "f", x, f);
        requireColumns(operation, "dF", x, dF);
        ShapeMismatch.require(operation, "dY", x.shape(), dY.shape());
        ShapeMismatch.require(operation, "dX", x.shape(), dX.shape());
        Tensor from = x.contiguous();
        Tensor slopes = dY.contiguous();
        Tensor factor = f.contiguous();
        int width = x.shape().dim(1);
        long xAt = Native.addressInOrder(from);
        long dYAt = Native.addressInOrder(slopes);
        long fAt = Native.addressInOrder(factor);
        long dXAt = Native.addressInOrder(dX);
        long step = (long) Float.BYTES * width;
        RunSum run = (place, rows, sums) -> {
            for (int row = 0; row < rows; row++) {
                long at = place + row * step;
                gradients(xAt + at, fAt, dYAt + at, dXAt + at, sums, width);
            }
        };
        Use[] uses = {
            Use.rows(from, false), Use.rows(slopes, false), Use.reads(factor), Use.rows(dX, true), Use.writes(dF)
        };
        rowWork.add(new RowSums(x.shape(), run, dF, uses));
    }

    void dots(Tensor x, @Nullable Tensor shift, Tensor y, Tensor dots) {
        String operation = "columnDots";
        requireColumns(operation, "the result", x, dots);
        if (shift != null) {
            requireColumns(operation, "the shift", x, shift);
        }
        ShapeMismatch.require(operation, "y", x.shape(), y.shape());
        Tensor left = x.contiguous();
        Tensor right = y.contiguous();
        Tensor from = shift == null ? zeros(operation, dots) : shift.contiguous();
        int width = x.shape().dim(1);
        long leftAt = Native.addressInOrder(left);
        long rightAt = Native.addressInOrder(right);
        long fromAt = Native.addressInOrder(from);
        RunSum run = (place, rows, sums) -> addDots(leftAt + place, fromAt, rightAt + place, rows, sums, width);
        Use[] uses = {Use.rows(left, false), Use.rows(right, false), Use.reads(from), Use.writes(dots)};
        rowWork.add(new RowSums(x.shape(), run, dots, uses));
    }

    private static Tensor zeros(String operation, Tensor like) {
        Tensor zeros = like.result(operation, like.shape());
        zeros.backend().fill(zeros, 0);
        return zeros;
    }

    /** Adds what some rows contribute, the first given by its bytes from the matrix's first, to the sums at an address. */
    private interface RunSum {
        void add(long place, int rows, long sums);
    }

    /** Sums over the rows of a matrix. */
    private static final class RowSums extends RowStep {
        private final int rows;
        private final int width;
        private final int height;
        private final RunSum run;
        private final long out;
        private long shares;

        RowSums(Shape matrix, RunSum run, Tensor out, Use... uses) {
            super(Math.max(1, matrix.dim(0)), RunShares.height(matrix.dim(0)), matrix.size(), uses);
            rows = matrix.dim(0);
            width = matrix.dim(1);
            height = RunShares.height(rows);
            this.run = run;
            this.out = Native.addressInOrder(out);
        }

        private long step() {
            return (long) Float.BYTES * width;
        }

        @Override
        void begin(Room room) {
            shares = room.take(Math.ceilDiv(rows, height) * step());
        }

        @Override
        void rows(int from, int end) {
            for (int i = from; i < Math.min(end, rows); i += height) {
                long share = shares + i / height * step();
                ALL.asSlice(share, step()).fill((byte) 0);
                run.add(i * step(), Math.min(height, rows - i), share);
            }
        }

        @Override
        int sums() {
            return RunShares.tasks(width);
        }

        @Override
        void sum(int task) {
            RunShares.add(shares, step(), Math.ceilDiv(rows, height), task, width, out);
        }
    }

    private static void scale(long x, long f, long y, int count) {
        int i = 0;
        for (; i + COUNT <= count; i += COUNT) {
            FloatVector factor = FloatVector.fromMemorySegment(SPECIES, ALL, f + 4L * i, ORDER);
            FloatVector v = FloatVector.fromMemorySegment(SPECIES, ALL, x + 4L * i, ORDER);
            v.mul(factor).intoMemorySegment(ALL, y + 4L * i, ORDER);
        }
        if (i < count) {
            VectorMask<Float> rest = SPECIES.indexInRange(i, count);
            FloatVector factor = FloatVector.fromMemorySegment(SPECIES, ALL, f + 4L * i, ORDER, rest);
            FloatVector v = FloatVector.fromMemorySegment(SPECIES, ALL, x + 4L * i, ORDER, rest);
            v.mul(factor).intoMemorySegment(ALL, y + 4L * i, ORDER, rest);
        }
    }

    private static void scale(long x, long f, long bias, long y, int count) {
        int i = 0;
        for (; i + COUNT <= count; i += COUNT) {
            FloatVector factor = FloatVector.fromMemorySegment(SPECIES, ALL, f + 4L * i, ORDER);
            FloatVector shift = FloatVector.fromMemorySegment(SPECIES, ALL, bias + 4L * i, ORDER);
            FloatVector v = FloatVector.fromMemorySegment(SPECIES, ALL, x + 4L * i, ORDER);
            v.fma(factor, shift).intoMemorySegment(ALL, y + 4L * i, ORDER);
        }
        if (i < count) {
            VectorMask<Float> rest = SPECIES.indexInRange(i, count);
            FloatVector factor = FloatVector.fromMemorySegment(SPECIES, ALL, f + 4L * i, ORDER, rest);
            FloatVector shift = FloatVector.fromMemorySegment(SPECIES, ALL, bias + 4L * i, ORDER, rest);
            FloatVector v = FloatVector.fromMemorySegment(SPECIES, ALL, x + 4L * i, ORDER, rest);
            v.fma(factor, shift).intoMemorySegment(ALL, y + 4L * i, ORDER, rest);
        }
    }

    /** dX = dY f and dF += dY x for one row. */
    private static void gradients(long x, long f, long dY, long dX, long dF, int count) {
        int i = 0;
        for (; i + COUNT <= count; i += COUNT) {
            FloatVector g = FloatVector.fromMemorySegment(SPECIES, ALL, dY + 4L * i, ORDER);
            FloatVector v = FloatVector.fromMemorySegment(SPECIES, ALL, x + 4L * i, ORDER);
            FloatVector sum = FloatVector.fromMemorySegment(SPECIES, ALL, dF + 4L * i, ORDER);
            FloatVector factor = FloatVector.fromMemorySegment(SPECIES, ALL, f + 4L * i, ORDER);
            g.fma(v, sum).intoMemorySegment(ALL, dF + 4L * i, ORDER);
            g.mul(factor).intoMemorySegment(ALL, dX + 4L * i, ORDER);
        }
        if (i < count) {
            VectorMask<Float> rest = SPECIES.indexInRange(i, count);
            FloatVector g = FloatVector.fromMemorySegment(SPECIES, ALL, dY + 4L * i, ORDER, rest);
            FloatVector v = FloatVector.fromMemorySegment(SPECIES, ALL, x + 4L * i, ORDER, rest);
            FloatVector sum = FloatVector.fromMemorySegment(SPECIES, ALL, dF + 4L * i, ORDER, rest);
            FloatVector factor = FloatVector.fromMemorySegment(SPECIES, ALL, f + 4L * i, ORDER, rest);
            g.fma(v, sum).intoMemorySegment(ALL, dF + 4L * i, ORDER, rest);
            g.mul(factor).intoMemorySegment(ALL, dX + 4L * i, ORDER, rest);
        }
    }

    /** dots += (x - shift) y, row after row. */
    private static void addDots(long x, long shift, long y, int rows, long dots, int count) {
        long step = 4L * count;
        int row = 0;
        for (; row + 4 <= rows; row += 4) {
            addDotsOfFour(x + row * step, shift, y + row * step, dots, count);
        }
        for (; row < rows; row++) {
            addDots(x + row * step, shift, y + row * step, dots, 0, count);
        }
    }

    /** Four rows: their sums are read and written once. */
    private static void addDotsOfFour(long x, long shift, long y, long dots, int count) {
        long step = 4L * count;
        int i = 0;
        for (; i + COUNT <= count; i += COUNT) {
            long at = 4L * i;
            FloatVector from = FloatVector.fromMemorySegment(SPECIES, ALL, shift + at, ORDER);
            FloatVector sum = FloatVector.fromMemorySegment(SPECIES, ALL, dots + at, ORDER);
            FloatVector x0 = FloatVector.fromMemorySegment(SPECIES, ALL, x + at, ORDER);
            FloatVector x1 = FloatVector.fromMemorySegment(SPECIES, ALL, x + step + at, ORDER);
            FloatVector x2 = FloatVector.fromMemorySegment(SPECIES, ALL, x + 2 * step + at, ORDER);
            FloatVector x3 = FloatVector.fromMemorySegment(SPECIES, ALL, x + 3 * step + at, ORDER);
            FloatVector y0 = FloatVector.fromMemorySegment(SPECIES, ALL, y + at, ORDER);
            FloatVector y1 = FloatVector.fromMemorySegment(SPECIES, ALL, y + step + at, ORDER);
            FloatVector y2 = FloatVector.fromMemorySegment(SPECIES, ALL, y + 2 * step + at, ORDER);
            FloatVector y3 = FloatVector.fromMemorySegment(SPECIES, ALL, y + 3 * step + at, ORDER);
            sum = x0.sub(from).fma(y0, sum);
            sum = x1.sub(from).fma(y1, sum);
            sum = x2.sub(from).fma(y2, sum);
            sum = x3.sub(from).fma(y3, sum);
            sum.intoMemorySegment(ALL, dots + at, ORDER);
        }
        for (int row = 0; i < count && row < 4; row++) {
            addDots(x + row * step, shift, y + row * step, dots, i, count);
        }
    }

    /** Elements [first, end) of one row. */
    private static void addDots(long x, long shift, long y, long dots, int first, int end) {
        for (int i = first; i < end; i += COUNT) {
            VectorMask<Float> inside = SPECIES.indexInRange(i, end);
            FloatVector g = FloatVector.fromMemorySegment(SPECIES, ALL, y + 4L * i, ORDER, inside);
            FloatVector v = FloatVector.fromMemorySegment(SPECIES, ALL, x + 4L * i, ORDER, inside);
            FloatVector from = FloatVector.fromMemorySegment(SPECIES, ALL, shift + 4L * i, ORDER, inside);
            FloatVector sum = FloatVector.fromMemorySegment(SPECIES, ALL, dots + 4L * i, ORDER, inside);
            v.sub(from).fma(g, sum).intoMemorySegment(ALL, dots + 4L * i, ORDER, inside);
        }
    }
}
