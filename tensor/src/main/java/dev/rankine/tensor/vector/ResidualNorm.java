package dev.rankine.tensor.vector;

import static dev.rankine.tensor.vector.Lanes.ALL;
import static dev.rankine.tensor.vector.Lanes.COUNT;
import static dev.rankine.tensor.vector.Lanes.ORDER;
import static dev.rankine.tensor.vector.Lanes.SPECIES;

import dev.rankine.tensor.Backend;
import dev.rankine.tensor.Tensor;
import java.util.function.Supplier;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import org.jspecify.annotations.Nullable;

/** Dropout, residual add and layer norm of one row after the other: each number is read and written once. */
final class ResidualNorm {
    /** What a row costs, in additions for each element. */
    private static final int COST = 4;

    private final RowWork rowWork;
    private final Supplier<Stage> stages;

    ResidualNorm(RowWork rowWork, Supplier<Stage> stages) {
        this.rowWork = rowWork;
        this.stages = stages;
    }

    /** The rows of a tensor [B, ..., C] of at least two axes, without gaps in memory, and the examples that they belong to. */
    private record Place(Tensor tensor, long address, int width, int rowsOfExample) {
        static Place of(Tensor x) {
            int width = x.shape().dim(-1);
            long rows = x.shape().size() / Math.max(1, width);
            return new Place(x, Native.addressInOrder(x), width, (int)
                    (rows / Math.max(1, x.shape().dim(0))));
        }

        int row(long at) {
            return (int) ((at - address) / (Float.BYTES * Math.max(1L, width)));
        }

        int example(int row) {
            return row / rowsOfExample;
        }

        long position(int row) {
            return (long) (row % rowsOfExample) * width;
        }
    }

    void forward(
            Tensor x,
            Tensor f,
            Backend.@Nullable Dropout dropout,
            Tensor gamma,
            Tensor beta,
            double epsilon,
            Tensor sum,
            Tensor y,
            Tensor mean,
            Tensor rstd) {
        String operation = "residualNorm";
        Fused.requireChannels(operation, x, gamma);
        Fused.requireChannels(operation, x, beta);
        Dropper dropper = dropout == null ? null : Dropper.of(operation, dropout, sum);
        Tensor scale = gamma.contiguous();
        Tensor shift = beta.contiguous();
        long scaleAt = Native.addressInOrder(scale);
        long shiftAt = Native.addressInOrder(shift);
        Place place = Place.of(sum);
        Grid grid = Grid.rows(operation, sum, y, Fused.evenRows(x), Fused.evenRows(f), mean, rstd);
        Grid.Body body = (at, first, count, stage) -> {
            long added = at[3];
            if (dropper != null) {
                int row = place.row(at[0]);
                dropper.run(place.example(row), place.position(row), at[3], at[0], count, stage);
                added = at[0];
            }
            add(at[2], added, at[0], count);
            LayerNorm.row(at[0], scaleAt, shiftAt, epsilon, at[1], at[4], at[5], count);
        };
        grid.forRows(rowWork, stages, COST * (long) grid.length(), body, scale, shift);
    }

    void backward(
            Tensor sum,
            Backend.Dropout dropout,
            Tensor gamma,
            Tensor mean,
            Tensor rstd,
            Tensor dY,
            Tensor dX,
            Tensor dF) {
        String operation = "residualNormBackward";
        Fused.requireChannels(operation, sum, gamma);
        Dropper dropper = Dropper.of(operation, dropout, dX);
        Tensor scale = gamma.contiguous();
        long scaleAt = Native.addressInOrder(scale);
        Place place = Place.of(dX);
        Grid grid = Grid.rows(operation, dX, dF, Fused.evenRows(sum), Fused.evenRows(dY), mean, rstd);
        Grid.Body body = (at, first, count, stage) -> {
            LayerNorm.backwardRow(at[2], scaleAt, Lanes.get(at[4]), Lanes.get(at[5]), at[3], at[0], count);
            int row = place.row(at[0]);
            dropper.run(place.example(row), place.position(row), at[0], at[1], count, stage);
        };
        grid.forRows(rowWork, stages, COST * (long) grid.length(), body, scale);
    }

    /** y = a + b; y may be one of them. */
    private static void add(long a, long b, long y, int count) {
        int i = 0;
        for (; i + COUNT <= count; i += COUNT) {
            FloatVector left = FloatVector.fromMemorySegment(SPECIES, ALL, a + 4L * i, ORDER);
            FloatVector right = FloatVector.fromMemorySegment(SPECIES, ALL, b + 4L * i, ORDER);
            left.add(right).intoMemorySegment(ALL, y + 4L * i, ORDER);
        }
        if (i < count) {
            VectorMask<Float> rest = SPECIES.indexInRange(i, count);
            FloatVector left = FloatVector.fromMemorySegment(SPECIES, ALL, a + 4L * i, ORDER, rest);
            FloatVector right = FloatVector.fromMemorySegment(SPECIES, ALL, b + 4L * i, ORDER, rest);
            left.add(right).intoMemorySegment(ALL, y + 4L * i, ORDER, rest);
        }
    }
}
