package dev.rankine.tensor.vector;

import dev.rankine.tensor.Backend;
import dev.rankine.tensor.DType;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.ShapeMismatch;
import dev.rankine.tensor.Tensor;
import java.lang.ref.Reference;
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

    /** Scores of a block: with what is made of them they fit into the second cache. */
    private static final int BLOCK = 1 << 15;

    private static final int LEAST_ROWS = 16;

    private final WorkerPool pool;
    private final Supplier<Stage> stages;
    private final Supplier<Scratch> scratches;

    Attention(WorkerPool pool, Supplier<Stage> stages, Supplier<Scratch> scratches) {
        this.pool = pool;
        this.stages = stages;
        this.scratches = scratches;
    }

    /** The strides of a matrix in bytes. */
    private record Layout(long row, long column) {
        static Layout rows(int columns) {
            return new Layout(4L * columns, Float.BYTES);
        }

        Layout transposed() {
            return new Layout(column, row);
        }
    }

    /** A tensor [B, H, rows, columns] by address. */
    private record Heads(Tensor tensor, long address, int rows, int columns, Layout layout) {
        static Heads of(Tensor x) {
            int rows = x.shape().dim(2);
            int columns = x.shape().dim(3);
            // an axis of length 1 may have any stride; this one suits every kernel
            long column = columns == 1 ? Float.BYTES : Float.BYTES * x.stride(3);
            long row = rows == 1 ? column * columns : Float.BYTES * x.stride(2);
            return new Heads(x, Native.address(x), rows, columns, new Layout(row, column));
        }

        long at(int example, int head) {
            return address + Float.BYTES * (example * tensor.stride(0) + head * tensor.stride(1));
        }

        long at(int example, int head, int row) {
            return at(example, head) + row * layout.row;
        }
    }

    /** C[m, n] = A[m, k] B[k, n], added to what C holds if {@code add}. */
    private static void multiply(
            int m,
            int n,
            int k,
            long a,
            Layout aLies,
            long b,
            Layout bLies,
            long c,
            Layout cLies,
            boolean add,
            Scratch scratch) {
        Product product = new Product(
                m,
                n,
                k,
                a,
                aLies.row,
                aLies.column,
                DType.F32,
                b,
                bLies.row,
                bLies.column,
                c,
                cLies.row,
                cLies.column,
                add);
        Gemm.alone(product, scratch);
    }

    /** What {@link #forward} saves beside its result: [B, H, T, 2]. */
    static Shape saves(Shape scores) {
        return scores.with(3, Softmax.KEPT);
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

    /** Queries of a block, by the number of keys. */
    private static int rowsAtOnce(int keys) {
        return Math.max(LEAST_ROWS, BLOCK / Math.max(1, keys) & -LEAST_ROWS);
    }

    /** The mask of a row, its elements side by side. */
    private record Seen(@Nullable Heads heads) {
        static Seen of(@Nullable Tensor mask) {
            return new Seen(mask == null ? null : Heads.of(Fused.evenRows(mask)));
        }

        long row(int example, int head, int i) {
            return heads == null ? Softmax.NO_MASK : heads.at(example, head, i);
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
        Heads headsQ = Heads.of(q);
        Heads headsK = Heads.of(k);
        Heads headsV = Heads.of(v);
        Heads headsOut = Heads.of(out);
        Heads kept = Heads.of(saved);
        Seen seen = Seen.of(mask);
        Dropper dropper = dropout == null ? null : Dropper.of("attention", dropout, q);
        int t = headsQ.rows();
        int s = headsK.rows();
        int d = headsQ.columns();
        int dValue = headsV.columns();
        int together = rowsAtOnce(s);
        Layout scores = Layout.rows(s);
        Layout turnedKeys = headsK.layout.transposed();
        forHeads(q, 2L * t * s * d, (example, head, stage, scratch) -> {
            long keys = headsK.at(example, head);
            long values = headsV.at(example, head);
            for (int from = 0; from < t; from += together) {
                int rows = Math.min(together, t - from);
                long queries = headsQ.at(example, head, from);
                long result = headsOut.at(example, head, from);
                long p = stage.matrix(0, 4L * rows * s);
                multiply(rows, s, d, queries, headsQ.layout, keys, turnedKeys, p, scores, false, scratch);
                for (int i = 0; i < rows; i++) {
                    long row = p + i * scores.row;
                    long keptAt = kept.at(example, head, from + i);
                    Softmax.row(row, scale, seen.row(example, head, from + i), row, s, keptAt);
                }
                if (dropper != null) {
                    dropper.run(example, place(head, t, from, s), p, p, rows * s, stage);
                }
                multiply(rows, dValue, s, p, scores, values, headsV.layout, result, headsOut.layout, false, scratch);
            }
        });
        Reference.reachabilityFence(new Object[] {q, k, v, seen, out, saved});
    }

    /** The place of a row's first score within its example. */
    private static long place(int head, int t, int row, int s) {
        return ((long) head * t + row) * s;
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
        String operation = "attentionBackward";
        requireShapes(operation, q, k, v, mask, saved, dOut);
        ShapeMismatch.require(operation, "dQ", q.shape(), dQ.shape());
        ShapeMismatch.require(operation, "dK", k.shape(), dK.shape());
        ShapeMismatch.require(operation, "dV", v.shape(), dV.shape());
        Heads headsQ = Heads.of(q);
        Heads headsK = Heads.of(k);
        Heads headsV = Heads.of(v);
        Heads kept = Heads.of(saved);
        Seen seen = Seen.of(mask);
        Heads headsDOut = Heads.of(dOut);
        Heads headsDQ = Heads.of(dQ);
        Heads headsDK = Heads.of(dK);
        Heads headsDV = Heads.of(dV);
        Dropper dropper = dropout == null ? null : Dropper.of(operation, dropout, q);
        int t = headsQ.rows();
        int s = headsK.rows();
        int d = headsQ.columns();
        int dValue = headsV.columns();
        int together = rowsAtOnce(s);
        Layout scores = Layout.rows(s);
        Layout turnedScores = scores.transposed();
        Layout turnedKeys = headsK.layout.transposed();
        Layout turnedValues = headsV.layout.transposed();
        forHeads(q, 5L * t * s * d, (example, head, stage, scratch) -> {
            long keys = headsK.at(example, head);
            long values = headsV.at(example, head);
            long toKeys = headsDK.at(example, head);
            long toValues = headsDV.at(example, head);
            // without a query the sums over the queries are empty, not left out
            for (int from = 0; from == 0 || from < t; from += together) {
                int rows = Math.min(together, t - from);
                boolean add = from > 0;
                long queries = headsQ.at(example, head, from);
                long toQueries = headsDQ.at(example, head, from);
                long gradient = headsDOut.at(example, head, from);
                long p = stage.matrix(0, 4L * rows * s);
                multiply(rows, s, d, queries, headsQ.layout, keys, turnedKeys, p, scores, false, scratch);
                for (int i = 0; i < rows; i++) {
                    long row = p + i * scores.row;
                    long keptAt = kept.at(example, head, from + i);
                    Softmax.again(row, scale, seen.row(example, head, from + i), keptAt, row, s);
                }
                // first the dropped probabilities, then the gradient of the probabilities, which becomes that of the
                // scores
                long dS = stage.matrix(1, 4L * rows * s);
                long uniform = 0;
                if (dropper != null) {
                    long room = stage.matrix(2, Dropper.room(rows * s));
                    uniform = dropper.uniform(example, place(head, t, from, s), room, rows * s);
                    dropper.part(uniform, p, dS, rows * s, stage);
                }
                long used = dropper == null ? p : dS;
                multiply(
                        s,
                        dValue,
                        rows,
                        used,
                        turnedScores,
                        gradient,
                        headsDOut.layout,
                        toValues,
                        headsDV.layout,
                        add,
                        scratch);
                multiply(rows, s, dValue, gradient, headsDOut.layout, values, turnedValues, dS, scores, false, scratch);
                if (dropper != null) {
                    dropper.part(uniform, dS, dS, rows * s, stage);
                }
                for (int i = 0; i < rows; i++) {
                    long place = i * scores.row;
                    Softmax.backwardRow(p + place, dS + place, scale, dS + place, s);
                }
                multiply(rows, d, s, dS, scores, keys, headsK.layout, toQueries, headsDQ.layout, false, scratch);
                multiply(s, d, rows, dS, turnedScores, queries, headsQ.layout, toKeys, headsDK.layout, add, scratch);
            }
        });
        Reference.reachabilityFence(new Object[] {q, k, v, seen, saved, dOut, dQ, dK, dV});
    }
}
