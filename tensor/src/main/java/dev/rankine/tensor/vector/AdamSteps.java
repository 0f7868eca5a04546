package dev.rankine.tensor.vector;

import static dev.rankine.tensor.vector.Lanes.BYTES;
import static dev.rankine.tensor.vector.Lanes.COUNT;
import static dev.rankine.tensor.vector.Operands.reads;
import static dev.rankine.tensor.vector.Operands.writes;

import dev.rankine.tensor.Backend;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.ShapeMismatch;
import dev.rankine.tensor.Tensor;
import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** AdamW on many parameters at once: small ones share a task of the pool, large ones are cut. */
final class AdamSteps {
    /** Elements of a task, and the most of a piece. */
    private static final int TASK = 1 << 14;

    /**
     * Vectors of a call. The JIT compiles nothing that was called fewer than 600 times, so with a call for each of some
     * dozens of parameters the loop would be interpreted for twenty steps.
     */
    private static final int TOGETHER = 16;

    private final WorkerPool pool;
    private final Supplier<Stage> stages;

    AdamSteps(WorkerPool pool, Supplier<Stage> stages) {
        this.pool = pool;
        this.stages = stages;
    }

    /** Neighbouring elements of one parameter, by the addresses of weight, gradient and moments. */
    private record Piece(AdamKernel kernel, long weight, long gradient, long m, long v, int count) {
        void run(Stage stage) {
            int vectors = count / COUNT;
            for (int from = 0; from < vectors; from += TOGETHER) {
                long at = (long) BYTES * from;
                kernel.run(weight + at, gradient + at, m + at, v + at, Math.min(TOGETHER, vectors - from));
            }
            int rest = count - vectors * COUNT;
            if (rest > 0) {
                long done = (long) Float.BYTES * vectors * COUNT;
                long w = stage.collect(0, weight + done, Float.BYTES, rest);
                long g = stage.collect(1, gradient + done, Float.BYTES, rest);
                long first = stage.collect(2, m + done, Float.BYTES, rest);
                long second = stage.collect(3, v + done, Float.BYTES, rest);
                kernel.run(w, g, first, second, 1);
                stage.scatter(0, weight + done, Float.BYTES, rest);
                stage.scatter(2, m + done, Float.BYTES, rest);
                stage.scatter(3, v + done, Float.BYTES, rest);
            }
        }
    }

    void run(List<Backend.AdamWStep> steps) {
        List<List<Piece>> tasks = new ArrayList<>();
        List<Object> kept = new ArrayList<>();
        List<Piece> task = new ArrayList<>();
        int inTask = 0;
        for (Backend.AdamWStep step : steps) {
            reads("adamW", step.gradient(), step.rate(), step.corrections());
            writes("adamW", step.weight(), step.m(), step.v());
            Tensor[] rows = rows(step);
            kept.add(rows);
            AdamKernel kernel = kernel(step);
            int size = rows[0].shape().dim(0);
            for (int from = 0; from < size; from += TASK) {
                int count = Math.min(TASK, size - from);
                if (inTask + count > TASK) {
                    tasks.add(task);
                    task = new ArrayList<>();
                    inTask = 0;
                }
                task.add(piece(kernel, rows, from, count));
                inTask += count;
            }
        }
        tasks.add(task);
        pool.run(tasks.size(), block -> {
            Stage stage = stages.get();
            tasks.get(block).forEach(piece -> piece.run(stage));
        });
        Reference.reachabilityFence(kept);
    }

    private static Piece piece(AdamKernel kernel, Tensor[] rows, int from, int count) {
        long place = (long) Float.BYTES * from;
        return new Piece(
                kernel,
                Native.address(rows[0]) + place,
                Native.address(rows[1]) + place,
                Native.address(rows[2]) + place,
                Native.address(rows[3]) + place,
                count);
    }

    /** Weight, gradient and moments as rows without gaps; only the gradient, which is not written, may be a copy. */
    private static Tensor[] rows(Backend.AdamWStep step) {
        Shape shape = step.weight().shape();
        Shape row = Shape.of(Math.toIntExact(shape.size()));
        for (Tensor operand : new Tensor[] {step.gradient(), step.m(), step.v()}) {
            ShapeMismatch.require("adamW", "an operand", shape, operand.shape());
        }
        for (Tensor changed : new Tensor[] {step.weight(), step.m(), step.v()}) {
            if (!changed.isContiguous()) {
                throw new IllegalArgumentException(
                        "adamW: " + changed + " has gaps in memory; a parameter and its moments must have none");
            }
        }
        return new Tensor[] {
            step.weight().reshape(row),
            step.gradient().contiguous().reshape(row),
            step.m().reshape(row),
            step.v().reshape(row)
        };
    }

    private static AdamKernel kernel(Backend.AdamWStep step) {
        Tensor corrections = step.corrections();
        ShapeMismatch.require("adamW", "corrections", Shape.of(2), corrections.shape());
        if (step.rate().shape().size() != 1) {
            throw ShapeMismatch.in(
                    "adamW", "the rate must be one number", step.rate().shape());
        }
        long correctionAt = Native.address(corrections);
        AdamKernel kernel = AdamKernel.of(
                step.settings(),
                Lanes.get(Native.address(step.rate())),
                Lanes.get(correctionAt),
                Lanes.get(correctionAt + Float.BYTES * corrections.stride(0)));
        Reference.reachabilityFence(step);
        return kernel;
    }
}
