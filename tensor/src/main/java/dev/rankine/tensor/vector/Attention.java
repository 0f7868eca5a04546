package dev.rankine.tensor.vector;

import dev.rankine.tensor.Backend;
import dev.rankine.tensor.SequenceForm;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.ShapeMismatch;
import dev.rankine.tensor.Tensor;
import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Scaled dot-product attention, one head of one example after the other and of each some queries at a time: their scores,
 * the softmax and its products stay in the cache of the thread that makes them, and the matrix T x S is never there as a
 * whole. Kept of every row are its maximum and the reciprocal of its sum, from which the backward pass makes the same
 * probabilities once more (Dao et al. 2022; here a block holds all keys of its queries, so no sum has to be corrected).
 */
final class Attention {
    /** Multiplications of a task: small heads share one. */
    private static final long TASK_WORK = 1 << 18;

    /** Heads of a task that has more work than that, which are read together, where there are tasks enough. */
    private static final int TOGETHER = 6;

    private static final int WANTED_TASKS = 32;

    private final RowWork rowWork;
    private final Supplier<Stage> stages;
    private final Supplier<Scratch> scratches;

    Attention(RowWork rowWork, Supplier<Stage> stages, Supplier<Scratch> scratches) {
        this.rowWork = rowWork;
        this.stages = stages;
        this.scratches = scratches;
    }

    /** What {@link #forward} saves beside its result: [B, H, T, 2]. */
    static Shape saves(Shape scores) {
        return scores.with(3, Softmax.KEPT);
    }

    /** What {@link #forward} within sequences saves: [N, 2 H]. */
    static Shape saves(SequenceForm form) {
        return Shape.of(form.queries().rows(), Softmax.KEPT * form.heads());
    }

    private static void requireShapes(
            String operation, Tensor q, Tensor k, Tensor v, @Nullable Tensor mask, Tensor saved, Tensor out) {
        Shape queries = q.shape();
        if (queries.rank() != 4 || k.shape().rank() != 4) {
            throw ShapeMismatch.in(operation, "both need four axes", queries, k.shape());
        }
        int keys = k.shape().dim(2);
        ShapeMismatch.require(operation, "k", queries.with(2, keys), k.shape());
        int width = v.shape().rank() == 4 ? v.shape().dim(3) : 0;
        ShapeMismatch.require(operation, "v", queries.with(2, keys).with(3, width), v.shape());
        Shape scores = queries.with(3, keys);
        ShapeMismatch.require(operation, "what is saved", saves(scores), saved.shape());
        ShapeMismatch.require(operation, "out", queries.with(3, width), out.shape());
        if (mask != null) {
            ShapeMismatch.require(operation, "mask", scores, mask.shape());
        }
    }

    private interface Some {
        /** Heads {@code from} to {@code end}. */
        void run(int from, int end, Stage stage, Scratch scratch);
    }

    /**
     * Makes all heads, by examples now or later where there are examples enough, all of the same length.
     *
     * @param products how many products of q's size a head has
     */
    private void forHeads(Heads q, Heads k, int products, Some heads, Use... uses) {
        int count = q.count();
        int examples = Math.max(1, q.examples());
        long work = products * (q.allRows() / examples) * (k.allRows() / examples) * q.columns();
        if (examples >= WANTED_TASKS && count > 0 && q.sequences() == null && Use.cutsResults(uses)) {
            int each = count / examples;
            RowStep.Body some = (from, end) -> heads.run(from * each, end * each, stages.get(), scratches.get());
            rowWork.add(RowStep.of(examples, count * work / RowWork.MULTIPLICATIONS, some, uses));
            return;
        }
        RowWork.settle(uses);
        int least = Math.clamp(count / WANTED_TASKS, 1, TOGETHER);
        int each = Math.clamp(TASK_WORK / Math.max(1, work), least, Math.max(least, count));
        rowWork.pool().run((count + each - 1) / each, block -> {
            int from = block * each;
            heads.run(from, Math.min(count, from + each), stages.get(), scratches.get());
        });
        Reference.reachabilityFence(uses);
    }

    /** @param results how many of the first are written */
    private static Use[] uses(int results, @Nullable Heads... operands) {
        List<Use> uses = new ArrayList<>();
        for (int i = 0; i < operands.length; i++) {
            Heads heads = operands[i];
            if (heads != null) {
                uses.add(Use.rows(heads.tensor(), i < results));
            }
        }
        return uses.toArray(Use[]::new);
    }

    /** A result whose rows have no gaps: {@code x} itself if possible. */
    private static Tensor room(String operation, Tensor x) {
        return Fused.hasEvenRows(x) ? x : x.result(operation, x.shape());
    }

    private static void deliver(Heads result, Tensor to) {
        if (result.tensor() != to) {
            to.backend().copy(result.tensor(), to);
        }
    }

    /**
     * How operands hold heads, those of padded examples or of sequences, and how these attend.
     *
     * @param queries the heads of an operand that has a row for each query
     * @param keys the heads of one that has a row for each key
     */
    private record Form(
            String operation,
            Function<Tensor, Heads> queries,
            Function<Tensor, Heads> keys,
            @Nullable Tensor mask,
            float scale,
            Backend.@Nullable Dropout dropout) {
        Form(String operation, @Nullable Tensor mask, float scale, Backend.@Nullable Dropout dropout) {
            this(operation, Form::heads, Form::heads, mask, scale, dropout);
        }

        Form(String operation, SequenceForm form) {
            this(
                    operation,
                    x -> Heads.of(Fused.evenRows(x), form.heads(), form.queries()),
                    x -> Heads.of(Fused.evenRows(x), form.heads(), form.keys()),
                    form.mask() == null ? null : expanded(form.mask(), form),
                    (float) form.scale(),
                    form.dropout());
        }

        private static Tensor expanded(Tensor mask, SequenceForm form) {
            Shape shape = mask.shape();
            return mask.expand(Shape.of(form.queries().count(), form.heads(), shape.dim(0), shape.dim(1)));
        }

        private static Heads heads(Tensor x) {
            return Heads.of(Fused.evenRows(x));
        }

        @Nullable
        Heads visible() {
            return mask == null ? null : heads(mask);
        }

        ScoreDropout dropout(Heads q) {
            return new ScoreDropout(dropout == null ? null : Dropper.ofExamples(operation, dropout, q.examples()));
        }
    }

    /** out[B, H, T, D] and saved[B, H, T, 2]; shapes as in {@link Backend#attention}. */
    void forward(
            Tensor q,
            Tensor k,
            Tensor v,
            @Nullable Tensor mask,
            float scale,
            Backend.@Nullable Dropout dropout,
            Tensor out,
            Tensor saved) {
        requireShapes("attention", q, k, v, mask, saved, out);
        forward(new Form("attention", mask, scale, dropout), q, k, v, out, saved);
    }

    /** out[N, H E] and saved[N, 2 H]; shapes as in {@link Backend#sequenceAttention}. */
    void forward(SequenceForm form, Tensor q, Tensor k, Tensor v, Tensor out, Tensor saved) {
        requireShapes("sequenceAttention", form, q, k, v, saved, out);
        forward(new Form("sequenceAttention", form), q, k, v, out, saved);
    }

    private static void requireShapes(
            String operation, SequenceForm form, Tensor q, Tensor k, Tensor v, Tensor saved, Tensor out) {
        form.require(operation, q.shape(), k.shape(), v.shape());
        ShapeMismatch.require(operation, "what is saved", saves(form), saved.shape());
        ShapeMismatch.require(operation, "out", v.shape().with(0, form.queries().rows()), out.shape());
    }

    private void forward(Form form, Tensor q, Tensor k, Tensor v, Tensor out, Tensor saved) {
        Heads queries = form.queries.apply(q);
        AttentionForward forward = new AttentionForward(
                queries,
                form.keys.apply(k),
                form.keys.apply(v),
                form.visible(),
                form.scale,
                form.dropout(queries),
                form.queries.apply(room(form.operation, out)),
                form.queries.apply(room(form.operation, saved)));
        Use[] uses = uses(2, forward.out(), forward.kept(), forward.q(), forward.k(), forward.v(), forward.mask());
        forHeads(forward.q(), forward.k(), 2, forward::run, uses);
        deliver(forward.out(), out);
        deliver(forward.kept(), saved);
    }

    /** dQ, dK and dV; shapes as in {@link Backend#attentionBackward}. */
    void backward(
            Tensor q,
            Tensor k,
            Tensor v,
            @Nullable Tensor mask,
            Tensor saved,
            float scale,
            Backend.@Nullable Dropout dropout,
            Tensor dOut,
            Tensor dQ,
            Tensor dK,
            Tensor dV) {
        requireShapes("attentionBackward", q, k, v, mask, saved, dOut);
        backward(new Form("attentionBackward", mask, scale, dropout), q, k, v, saved, dOut, dQ, dK, dV);
    }

    /** dQ, dK and dV; shapes as in {@link Backend#sequenceAttentionBackward}. */
    void backward(
            SequenceForm form,
            Tensor q,
            Tensor k,
            Tensor v,
            Tensor saved,
            Tensor dOut,
            Tensor dQ,
            Tensor dK,
            Tensor dV) {
        requireShapes("sequenceAttentionBackward", form, q, k, v, saved, dOut);
        backward(new Form("sequenceAttentionBackward", form), q, k, v, saved, dOut, dQ, dK, dV);
    }

    private void backward(
            Form form, Tensor q, Tensor k, Tensor v, Tensor saved, Tensor dOut, Tensor dQ, Tensor dK, Tensor dV) {
        ShapeMismatch.require(form.operation, "dQ", q.shape(), dQ.shape());
        ShapeMismatch.require(form.operation, "dK", k.shape(), dK.shape());
        ShapeMismatch.require(form.operation, "dV", v.shape(), dV.shape());
        Heads queries = form.queries.apply(q);
        AttentionBackward backward = new AttentionBackward(
                queries,
                form.keys.apply(k),
                form.keys.apply(v),
                form.visible(),
                form.scale,
                form.dropout(queries),
                form.queries.apply(saved),
                form.queries.apply(dOut),
                form.queries.apply(room(form.operation, dQ)),
                form.keys.apply(room(form.operation, dK)),
                form.keys.apply(room(form.operation, dV)));
        Use[] uses = uses(
                3,
                backward.dQ(),
                backward.dK(),
                backward.dV(),
                backward.q(),
                backward.k(),
                backward.v(),
                backward.kept(),
                backward.dOut(),
                backward.mask());
        forHeads(backward.q(), backward.k(), 5, backward::run, uses);
        deliver(backward.dQ(), dQ);
        deliver(backward.dK(), dK);
        deliver(backward.dV(), dV);
    }
}
