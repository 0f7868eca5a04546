package dev.rankine.tensor.vector;

import static dev.rankine.tensor.vector.Lanes.ALL;
import static dev.rankine.tensor.vector.Lanes.COUNT;
import static dev.rankine.tensor.vector.Lanes.ORDER;
import static dev.rankine.tensor.vector.Lanes.SPECIES;

import dev.rankine.tensor.Reduction;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.ShapeMismatch;
import dev.rankine.tensor.Tensor;
import java.lang.ref.Reference;
import java.util.function.Supplier;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import org.jspecify.annotations.Nullable;

/** Columns with a factor and a bias of their own, and the gradients, each in one pass. */
final class ColumnScale {
    /** Rows whose contributions to dF are summed before they are added to those of others. */
    private static final int RUN = 32;

    private final RowWork rowWork;
    private final Supplier<Stage> stages;
    private final Reductions reductions;

    ColumnScale(RowWork rowWork, Supplier<Stage> stages, Reductions reductions) {
        this.rowWork = rowWork;
        this.stages = stages;
        this.reductions = reductions;
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
        Tensor[] operands = {x.contiguous(), dY.contiguous(), f.contiguous(), dX};
        int width = x.shape().dim(1);
        long xAt = Native.address(operands[0]);
        long dYAt = Native.address(operands[1]);
        long fAt = Native.address(operands[2]);
        long dXAt = Native.address(dX);
        sumRows(
                operation,
                x.shape(),
                dF,
                (place, to) -> gradients(xAt + place, fAt, dYAt + place, dXAt + place, to, width));
        Reference.reachabilityFence(operands);
    }

    void dots(Tensor x, @Nullable Tensor shift, Tensor y, Tensor dots) {
        String operation = "columnDots";
        requireColumns(operation, "the result", x, dots);
        if (shift != null) {
            requireColumns(operation, "the shift", x, shift);
        }
        ShapeMismatch.require(operation, "y", x.shape(), y.shape());
        Tensor[] operands = {x.contiguous(), y.contiguous(), shift == null ? zeros(operation, dots) : shift.contiguous()
        };
        int width = x.shape().dim(1);
        long xAt = Native.address(operands[0]);
        long yAt = Native.address(operands[1]);
        long shiftAt = Native.address(operands[2]);
        sumRows(operation, x.shape(), dots, (place, to) -> addDots(xAt + place, shiftAt, yAt + place, to, width));
        Reference.reachabilityFence(operands);
    }

    private static Tensor zeros(String operation, Tensor like) {
        Tensor zeros = like.result(operation, like.shape());
        zeros.backend().fill(zeros, 0);
        return zeros;
    }

    /** Adds what a row contributes, the row given by its bytes from the first one, to the sums at an address. */
    private interface RowSum {
        void add(long place, long sums);
    }

    /** Sums over the rows of a matrix, some rows to a task. */
    private void sumRows(String operation, Shape matrix, Tensor out, RowSum row) {
        int rows = matrix.dim(0);
        int width = matrix.dim(1);
        int runs = (rows + RUN - 1) / RUN;
        Tensor sums = out.result(operation, Shape.of(runs, width));
        long sumsAt = Native.address(sums);
        long step = 4L * width;
        rowWork.pool().run(runs, run -> {
            long to = sumsAt + run * step;
            ALL.asSlice(to, step).fill((byte) 0);
            for (int i = run * RUN; i < Math.min(rows, (run + 1) * RUN); i++) {
                row.add(i * step, to);
            }
        });
        Reference.reachabilityFence(sums);
        reductions.reduce(Reduction.SUM, sums, out.reshape(Shape.of(1, width)));
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

    /** dots += (x - shift) y for one row. */
    private static void addDots(long x, long shift, long y, long dots, int count) {
        int i = 0;
        for (; i + COUNT <= count; i += COUNT) {
            FloatVector g = FloatVector.fromMemorySegment(SPECIES, ALL, y + 4L * i, ORDER);
            FloatVector v = FloatVector.fromMemorySegment(SPECIES, ALL, x + 4L * i, ORDER);
            FloatVector from = FloatVector.fromMemorySegment(SPECIES, ALL, shift + 4L * i, ORDER);
            FloatVector sum = FloatVector.fromMemorySegment(SPECIES, ALL, dots + 4L * i, ORDER);
            v.sub(from).fma(g, sum).intoMemorySegment(ALL, dots + 4L * i, ORDER);
        }
        if (i < count) {
            VectorMask<Float> rest = SPECIES.indexInRange(i, count);
            FloatVector g = FloatVector.fromMemorySegment(SPECIES, ALL, y + 4L * i, ORDER, rest);
            FloatVector v = FloatVector.fromMemorySegment(SPECIES, ALL, x + 4L * i, ORDER, rest);
            FloatVector from = FloatVector.fromMemorySegment(SPECIES, ALL, shift + 4L * i, ORDER, rest);
            FloatVector sum = FloatVector.fromMemorySegment(SPECIES, ALL, dots + 4L * i, ORDER, rest);
            v.sub(from).fma(g, sum).intoMemorySegment(ALL, dots + 4L * i, ORDER, rest);
        }
    }
}
