package dev.rankine.tensor.vector;

import static dev.rankine.tensor.vector.Lanes.ALL;
import static dev.rankine.tensor.vector.Lanes.BYTES;
import static dev.rankine.tensor.vector.Lanes.COUNT;
import static dev.rankine.tensor.vector.Lanes.ORDER;

import dev.rankine.tensor.Binary;
import dev.rankine.tensor.Tensor;
import dev.rankine.tensor.Unary;
import java.lang.foreign.MemorySegment;
import java.util.function.Supplier;
import jdk.incubator.vector.FloatVector;

/** Functions applied element by element, for operands of any strides. */
final class Elementwise {
    private final RowWork rowWork;
    private final Supplier<Stage> stages;

    Elementwise(RowWork rowWork, Supplier<Stage> stages) {
        this.rowWork = rowWork;
        this.stages = stages;
    }

    /** Vectors of input to vectors of output at the given addresses. */
    private interface MapLoop {
        void run(long x, long y, int vectors);
    }

    void map(Unary function, Tensor x, Tensor out) {
        map(function.name(), x, out, (from, to, vectors) -> MapKernels.run(function, from, to, vectors));
    }

    void affine(Tensor x, float scale, float shift, Tensor out) {
        map("affine", x, out, (from, to, vectors) -> affine(from, to, vectors, scale, shift));
    }

    private static void affine(long x, long y, int vectors, float scale, float shift) {
        FloatVector factor = FloatVector.broadcast(Lanes.SPECIES, scale);
        FloatVector term = FloatVector.broadcast(Lanes.SPECIES, shift);
        for (int i = 0; i < vectors; i++) {
            FloatVector.fromMemorySegment(Lanes.SPECIES, ALL, x, ORDER)
                    .fma(factor, term)
                    .intoMemorySegment(ALL, y, ORDER);
            x += BYTES;
            y += BYTES;
        }
    }

    private void map(String operation, Tensor x, Tensor out, MapLoop loop) {
        Grid grid = Grid.over(operation, out, x);
        long toStep = grid.step(0);
        long step = grid.step(1);
        boolean direct = step == Float.BYTES && toStep == Float.BYTES;
        grid.forSegments(rowWork, stages, (at, first, count, stage) -> {
            int done = 0;
            if (direct) {
                int vectors = count / COUNT;
                loop.run(at[1], at[0], vectors);
                done = vectors * COUNT;
            }
            while (done < count) {
                int part = Math.min(Stage.SLOT, count - done);
                long slot = stage.collect(0, at[1] + done * step, step, part);
                loop.run(slot, slot, (part + COUNT - 1) / COUNT);
                stage.scatter(0, at[0] + done * toStep, toStep, part);
                done += part;
            }
        });
    }

    void zip(Binary function, Tensor a, Tensor b, Tensor out) {
        Grid grid = Grid.over(function.name(), out, a, b);
        long toStep = grid.step(0);
        long aStep = grid.step(1);
        long bStep = grid.step(2);
        boolean direct =
                toStep == Float.BYTES && (aStep == Float.BYTES || aStep == 0) && (bStep == Float.BYTES || bStep == 0);
        grid.forSegments(rowWork, stages, (at, first, count, stage) -> {
            int done = 0;
            if (direct) {
                int vectors = count / COUNT;
                long left = aStep == 0 ? stage.repeat(0, at[1]) : at[1];
                long right = bStep == 0 ? stage.repeat(1, at[2]) : at[2];
                ZipKernels.run(function, left, vectorStep(aStep), right, vectorStep(bStep), at[0], vectors);
                done = vectors * COUNT;
            }
            while (done < count) {
                int part = Math.min(Stage.SLOT, count - done);
                long left = stage.collect(0, at[1] + done * aStep, aStep, part);
                long right = stage.collect(1, at[2] + done * bStep, bStep, part);
                ZipKernels.run(function, left, BYTES, right, BYTES, left, (part + COUNT - 1) / COUNT);
                stage.scatter(0, at[0] + done * toStep, toStep, part);
                done += part;
            }
        });
    }

    private static long vectorStep(long step) {
        return step == 0 ? 0 : BYTES;
    }

    /** Copies F32 to F32. */
    void copy(Tensor x, Tensor out) {
        Grid grid = Grid.over("copy", out, x);
        long toStep = grid.step(0);
        long step = grid.step(1);
        grid.forSegments(rowWork, stages, (at, first, count, stage) -> {
            if (step == Float.BYTES && toStep == Float.BYTES) {
                MemorySegment.copy(ALL, at[1], ALL, at[0], Float.BYTES * (long) count);
                return;
            }
            for (int i = 0; i < count; i++) {
                Lanes.set(at[0] + i * toStep, Lanes.get(at[1] + i * step));
            }
        });
    }

    void fill(Tensor out, float value) {
        Grid grid = Grid.over("fill", out);
        long step = grid.step(0);
        grid.forSegments(rowWork, stages, (at, first, count, stage) -> {
            int done = 0;
            if (step == Float.BYTES) {
                FloatVector v = VectorMath.ONE.mul(value);
                for (; done + COUNT <= count; done += COUNT) {
                    v.intoMemorySegment(ALL, at[0] + done * (long) Float.BYTES, ORDER);
                }
            }
            for (; done < count; done++) {
                Lanes.set(at[0] + done * step, value);
            }
        });
    }
}
