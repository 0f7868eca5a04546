package dev.rankine.tensor.vector;

import dev.rankine.tensor.Backend;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.ShapeMismatch;
import dev.rankine.tensor.Tensor;
import java.lang.ref.Reference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Scaled dot-product attention, one head of one example after the other: its scores, their softmax and its products stay
 * in the cache of the thread that makes them.
 */
final class Attention {
    /** Multiplications of a task: small heads share one. */
    private static final long TASK_WORK = 1 << 18;

    private final WorkerPool pool;
    private final Supplier<Stage> stages;
    private final Supplier<Scratch> scratches;

    Attention(WorkerPool pool, Supplier<Stage> stages, Supplier<Scratch> scratches) {
        this.pool = pool;
        this.stages = stages;
        this.scratches = scratches;
    }

    /** A tensor [B, H, rows, columns] by address, its strides in bytes. */
    private record Heads(Tensor tensor, long address, int rows, int columns, long row, long column) {
        static Heads of(Tensor x) {
            int rows = x.shape().dim(2);
            int columns = x.shape().dim(3);
            // an axis of length 1 may have any stride; this one suits every kernel
            long column = columns == 1 ? Float.BYTES : Float.BYTES * x.stride(3);
            long row = rows == 1 ? column * columns : Float.BYTES * x.stride(2);
            return new Heads(x, Native.address(x), rows, columns, row, column);
        }

        long at(int example, int head) {
            return address + Float.BYTES * (example * tensor.stride(0) + head * tensor.stride(1));
        }

        /** The address of a head's matrix, as an operand. */
        Operand matrix(int example, int head) {
            return new Operand(at(example, head), row, column);
        }
    }

    private record Operand(long address, long row, long column) {
        static Operand rows(long address, int columns) {
            return new Operand(address, 4L * columns, Float.BYTES);
        }

        Operand transposed() {
            return new Operand(address, column, row);
        }
    }

    /** C[m, n] = A[m, k] B[k, n]. */
    private static void multiply(int m, int n, int k, Operand a, Operand b, Operand c, Scratch scratch) {
        Product product = new Product(
                m,
                n,
                k,
                a.address(),
                a.row(),
                a.column(),
                b.address(),
                b.row(),
                b.column(),
                c.address(),
                c.row(),
                c.column(),
                false);
        Gemm.alone(product, scratch);
    }

    private static void requireShapes(
            String operation, Tensor q, Tensor k, Tensor v, Tensor probabilities, Tensor out) {
        Shape queries = q.shape();
        if (queries.rank() != 4 || k.shape().rank() != 4) {
            throw ShapeMismatch.in(operation, "both need four axes", queries, k.shape());
        }
        int keys = k.shape().dim(2);
        ShapeMismatch.require(operation, "k", queries.with(2, keys), k.shape());
        int width = v.shape().rank() == 4 ? v.shape().dim(3) : 0;
        ShapeMismatch.require(operation, "v", queries.with(2, keys).with(3, width), v.shape());
        ShapeMismatch.require(operation, "the probabilities", queries.with(3, keys), probabilities.shape());
        ShapeMismatch.require(operation, "out", queries.with(3, width), out.shape());
    }

    private static void requireExamples(String operation, Tensor q, Backend.@Nullable Dropout dropout) {
        if (dropout != null) {
            Shape examples = dropout.draw().examples().shape();
            ShapeMismatch.require(operation, "examples", Shape.of(q.shape().dim(0)), examples);
        }
    }

    private interface Head {
        void run(int example, int head, Stage stage, Scratch scratch);
    }

    private void forHeads(Tensor q, long work, Head body) {
        int heads = q.shape().dim(1);
        int count = q.shape().dim(0) * heads;
        int each = Math.clamp(TASK_WORK / Math.max(1, work), 1, Math.max(1, count));
        pool.run((count + each - 1) / each, block -> {
            Stage stage = stages.get();
            Scratch scratch = scratches.get();
            for (int i = block * each; i < Math.min(count, (block + 1) * each); i++) {
                body.run(i / heads, i % heads, stage, scratch);
            }
        });
    }

    /** out[B, H, T, D] and probabilities[B, H, T, S]; shapes as in {@link Backend#attention}. */
    void forward(
            Tensor q,
            Tensor k,
            Tensor v,
            @Nullable Tensor mask,
            float scale,
            Backend.@Nullable Dropout dropout,
            Tensor out,
            Tensor probabilities) {
        requireShapes("attention", q, k, v, probabilities, out);
        if (mask != null) {
            ShapeMismatch.require("attention", "mask", probabilities.shape(), mask.shape());
        }
        requireExamples("attention", q, dropout);
        Heads headsQ = Heads.of(q);
        Heads headsK = Heads.of(k);
        Heads headsV = Heads.of(v);
        Heads headsOut = Heads.of(out);
        Heads headsP = Heads.of(probabilities);
        Tensor evenMask = mask == null ? null : Fused.evenRows(mask);
        Heads headsMask = evenMask == null ? null : Heads.of(evenMask);
        Dropper dropper = dropout == null ? null : Dropper.of(dropout);
        int t = headsP.rows();
        int s = headsP.columns();
        int d = headsQ.columns();
        forHeads(q, 2L * t * s * d, (example, head, stage, scratch) -> {
            Operand p = headsP.matrix(example, head);
            Operand keys = headsK.matrix(example, head).transposed();
            multiply(t, s, d, headsQ.matrix(example, head), keys, p, scratch);
            for (int i = 0; i < t; i++) {
                long row = p.address() + i * p.row();
                long seen = headsMask == null ? Softmax.NO_MASK : headsMask.at(example, head) + i * headsMask.row();
                Softmax.row(row, scale, seen, row, s);
            }
            Operand kept = dropper == null ? p : dropped(dropper, p, example, head, t, s, stage, 0);
            multiply(
                    t,
                    headsV.columns(),
                    s,
                    kept,
                    headsV.matrix(example, head),
                    headsOut.matrix(example, head),
                    scratch);
        });
        Reference.reachabilityFence(new Object[] {q, k, v, evenMask, out, probabilities});
    }

    /** A dropped copy of a head's matrix in memory of the stage. */
    private static Operand dropped(
            Dropper dropper, Operand p, int example, int head, int t, int s, Stage stage, int buffer) {
        long to = stage.matrix(buffer, 4L * t * s);
        dropper.run(example, (long) head * t * s, p.address(), to, t * s, stage);
        return Operand.rows(to, s);
    }

    /** dQ, dK and dV; shapes as in {@link Backend#attentionBackward}. */
    void backward(
            Tensor q,
            Tensor k,
            Tensor v,
            Tensor probabilities,
            float scale,
            Backend.@Nullable Dropout dropout,
            Tensor dOut,
            Tensor dQ,
            Tensor dK,
            Tensor dV) {
        String operation = "attentionBackward";
        requireShapes(operation, q, k, v, probabilities, dOut);
        ShapeMismatch.require(operation, "dQ", q.shape(), dQ.shape());
        ShapeMismatch.require(operation, "dK", k.shape(), dK.shape());
        ShapeMismatch.require(operation, "dV", v.shape(), dV.shape());
        requireExamples(operation, q, dropout);
        Heads headsQ = Heads.of(q);
        Heads headsK = Heads.of(k);
        Heads headsV = Heads.of(v);
        Tensor contiguous = probabilities.contiguous();
        Heads headsP = Heads.of(contiguous);
        Heads headsDOut = Heads.of(dOut);
        Heads headsDQ = Heads.of(dQ);
        Heads headsDK = Heads.of(dK);
        Heads headsDV = Heads.of(dV);
        Dropper dropper = dropout == null ? null : Dropper.of(dropout);
        int t = headsP.rows();
        int s = headsP.columns();
        int d = headsQ.columns();
        int dValue = headsV.columns();
        forHeads(q, 5L * t * s * d, (example, head, stage, scratch) -> {
            Operand p = headsP.matrix(example, head);
            Operand kept = dropper == null ? p : dropped(dropper, p, example, head, t, s, stage, 0);
            Operand gradient = headsDOut.matrix(example, head);
            multiply(s, dValue, t, kept.transposed(), gradient, headsDV.matrix(example, head), scratch);
            // the gradient of the probabilities, which becomes that of the scores
            Operand dS = Operand.rows(stage.matrix(1, 4L * t * s), s);
            multiply(t, s, dValue, gradient, headsV.matrix(example, head).transposed(), dS, scratch);
            if (dropper != null) {
                dropper.run(example, (long) head * t * s, dS.address(), dS.address(), t * s, stage);
            }
            for (int i = 0; i < t; i++) {
                long row = dS.address() + i * dS.row();
                Softmax.backwardRow(p.address() + i * p.row(), row, scale, row, s);
            }
            multiply(t, d, s, dS, headsK.matrix(example, head), headsDQ.matrix(example, head), scratch);
            multiply(s, d, t, dS.transposed(), headsQ.matrix(example, head), headsDK.matrix(example, head), scratch);
        });
        Reference.reachabilityFence(new Object[] {q, k, v, contiguous, dOut, dQ, dK, dV});
    }
}
