package dev.rankine.tornado;

import dev.rankine.tensor.Backend;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.ShapeMismatch;
import dev.rankine.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Starts attention: by kernels that never write the scores, or, where a library multiplies and they are not too many, by its products
 * and a softmax between them. docs/gpu.md tells why.
 */
final class Attentions {
    /** More scores than this, a quarter of a GiB, are not written. */
    private static final long MOST_SCORES = 1 << 26;
    /** What is kept of a row: its maximum, and the reciprocal of its sum. */
    private static final int KEPT = 2;

    private final Backend backend;
    private final Engine engine;
    private final Residency residency;
    private final Rows rows;
    private final Drawing drawing;

    Attentions(Backend backend, Engine engine, Residency residency, Rows rows, Drawing drawing) {
        this.backend = backend;
        this.engine = engine;
        this.residency = residency;
        this.rows = rows;
        this.drawing = drawing;
    }

    /** Whether the probabilities are kept for the backward pass, as products need them. */
    private boolean keepsProbabilities(Shape scores) {
        return engine.hasLibrary() && scores.size() <= MOST_SCORES;
    }

    /** The shape of what is kept. */
    Shape saves(Shape scores) {
        return keepsProbabilities(scores) ? scores : scores.with(3, KEPT);
    }

    private boolean areKernels(Tensor q, Tensor k, Tensor v) {
        Shape scores = q.shape().with(3, k.shape().dim(2));
        int widest = Math.max(q.shape().dim(3), v.shape().dim(3));
        return !keepsProbabilities(scores) && widest <= AttentionKernels.SIDE;
    }

    private static int blocks(int rows) {
        return (rows + AttentionKernels.SIDE - 1) / AttentionKernels.SIDE;
    }

    /** The words that all kernels have in common; a group takes a block of {@code rows} of a head. */
    private Call call(
            Kernel kernel,
            Tensor q,
            Tensor k,
            Tensor v,
            @Nullable Tensor mask,
            double scale,
            Backend.@Nullable Dropout dropout,
            int rows) {
        Shape queries = q.shape();
        int keys = k.shape().dim(2);
        ShapeMismatch.require("attention", "k", queries.with(2, keys), k.shape());
        ShapeMismatch.require(
                "attention", "v", queries.with(2, keys).with(3, v.shape().dim(3)), v.shape());
        int heads = Math.multiplyExact(queries.dim(0), queries.dim(1));
        Call call = new Call(kernel)
                .words(0, Math.multiplyExact(heads, blocks(rows)), queries.dim(1), queries.dim(2), keys, queries.dim(3))
                .words(5, v.shape().dim(3))
                .words(AttentionKernels.Q, place(q))
                .words(AttentionKernels.K, place(k))
                .words(AttentionKernels.V, place(v))
                .words(AttentionKernels.BLOCKS, blocks(rows))
                .numbers(scale);
        if (mask != null) {
            ShapeMismatch.require("attention", "mask", queries.with(3, keys), mask.shape());
            call.words(AttentionKernels.MASK, place(mask)).words(AttentionKernels.MASKED, 1);
        }
        if (dropout != null) {
            double[] numbers = Drawing.numbers(dropout);
            call.words(AttentionKernels.DROPPED, 1)
                    .words(AttentionKernels.DROPPED + 1, Drawing.words(residency, "attention", dropout.draw(), q))
                    .numbers(scale, numbers[0], numbers[1]);
        }
        return call;
    }

    private int[] place(Tensor x) {
        return new int[] {residency.read(x), stride(x, 0), stride(x, 1), stride(x, 2), stride(x, 3)};
    }

    private static int stride(Tensor x, int axis) {
        return Math.toIntExact(x.stride(axis));
    }

    private void launch(Call call) {
        if (call.word(0) > 0) {
            engine.launch(call, call.word(0));
        }
    }

    /** As {@link Backend#attention}. */
    void forward(
            Tensor q,
            Tensor k,
            Tensor v,
            @Nullable Tensor mask,
            double scale,
            Backend.@Nullable Dropout dropout,
            Tensor out,
            Tensor saved) {
        if (areKernels(q, k, v)) {
            Call call = call(
                    Kernel.ATTENTION, q, k, v, mask, scale, dropout, q.shape().dim(2));
            launch(call.words(AttentionKernels.OUT, residency.write(out))
                    .words(AttentionKernels.SAVED, residency.write(saved)));
            return;
        }
        Tensor scores = q.matmul(k.transpose(-1, -2));
        Tensor probabilities = saved;
        if (!keepsProbabilities(scores.shape())) {
            probabilities = q.result("attention", scores.shape());
            backend.fill(saved, 0);
        }
        Tensor left = dropout == null ? probabilities : scores;
        if (scores.shape().size() > 0) {
            rows.softmax(scores, mask, scale, probabilities, dropout, dropout == null ? null : left);
        }
        backend.matmul(left, v, out, false);
    }

    /** As {@link Backend#attentionBackward}. */
    void backward(
            Tensor q,
            Tensor k,
            Tensor v,
            @Nullable Tensor mask,
            Tensor saved,
            double scale,
            Backend.@Nullable Dropout dropout,
            Tensor dOut,
            Tensor dQ,
            Tensor dK,
            Tensor dV) {
        if (areKernels(q, k, v)) {
            int queries = q.shape().dim(2);
            int keys = k.shape().dim(2);
            Tensor delta = q.result("attention", q.shape().with(3, 1));
            Call first = call(Kernel.ATTENTION_QUERIES, q, k, v, mask, scale, dropout, queries)
                    .words(AttentionKernels.D_OUT, place(dOut))
                    .words(AttentionKernels.SAVED, residency.read(saved));
            launch(first.words(AttentionKernels.DELTA, residency.write(delta))
                    .words(AttentionKernels.OUT, residency.write(dQ)));
            Call second = call(Kernel.ATTENTION_KEYS, q, k, v, mask, scale, dropout, keys)
                    .words(AttentionKernels.D_OUT, place(dOut))
                    .words(AttentionKernels.SAVED, residency.read(saved), residency.read(delta));
            launch(second.words(AttentionKernels.D_K, residency.write(dK), residency.write(dV)));
            return;
        }
        Shape scores = q.shape().with(3, k.shape().dim(2));
        Tensor probabilities = saved;
        if (!keepsProbabilities(scores)) {
            probabilities = q.matmul(k.transpose(-1, -2));
            if (scores.size() > 0) {
                rows.softmax(probabilities, mask, scale, probabilities, null, null);
            }
        }
        Tensor left = probabilities;
        if (dropout != null) {
            left = q.result("attention", scores);
            drawing.drop(probabilities, dropout, left);
        }
        backend.matmul(left.transpose(-1, -2), dOut, dV, false);
        Tensor dProbabilities = dOut.matmul(v.transpose(-1, -2));
        Tensor dScores = q.result("attention", scores);
        if (scores.size() > 0) {
            rows.softmaxBackward(probabilities, dProbabilities, scale, dropout, dScores);
        }
        backend.matmul(dScores, k, dQ, false);
        backend.matmul(dScores.transpose(-1, -2), q, dK, false);
    }
}
