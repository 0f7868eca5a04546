package dev.rankine.tensor.vector;

import static dev.rankine.tensor.vector.Lanes.ALL;

import dev.rankine.tensor.Shape;
import dev.rankine.tensor.ShapeMismatch;
import dev.rankine.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.util.Arrays;

/** Rows chosen by ids: gathering, its gradient, and one-hot rows. */
final class Indexing {
    /** Floats that a task moves at least. */
    private static final int BLOCK = 1 << 14;
    /** Columns of a table that one task adds to, so that every number has one writer and one order of additions. */
    private static final int COLUMNS = 64;

    private final WorkerPool pool;

    Indexing(WorkerPool pool) {
        this.pool = pool;
    }

    /** All elements of an I64 tensor in row-major order. */
    static long[] read(Tensor ids) {
        if (!ids.isContiguous()) {
            return ids.toLongs();
        }
        long[] values = new long[Math.toIntExact(ids.shape().size())];
        if (values.length > 0) {
            MemorySegment.copy(ALL, Lanes.LONG, Native.address(ids), values, 0, values.length);
        }
        Reference.reachabilityFence(ids);
        return values;
    }

    private static Shape rowsOf(Tensor ids, int width) {
        int[] lengths = Arrays.copyOf(ids.shape().toArray(), ids.shape().rank() + 1);
        lengths[ids.shape().rank()] = width;
        return Shape.of(lengths);
    }

    private static void requireContiguous(String operation, Tensor x) {
        if (!x.isContiguous()) {
            throw new IllegalArgumentException(operation + ": " + x + " must be row-major without gaps");
        }
    }

    /** out[..., D] = table[ids[...], D] with out row-major, F32, and table [V, D] of any floating type. */
    void gather(Tensor table, Tensor ids, Tensor out) {
        ShapeMismatch.require("gather", "out", rowsOf(ids, table.shape().dim(1)), out.shape());
        requireContiguous("gather", out);
        Ids chosen = Ids.of("gather", ids, 0, table.shape().dim(0));
        int width = table.shape().dim(1);
        long from = Native.address(table);
        long to = Native.address(out);
        long rowStep = table.stride(0) * table.dtype().bytes();
        long step = table.stride(1) * table.dtype().bytes();
        int each = Math.max(1, BLOCK / Math.max(1, width));
        pool.run((chosen.count() + each - 1) / each, block -> {
            for (int n = block * each; n < Math.min(chosen.count(), (block + 1) * each); n++) {
                Widening.run(table.dtype(), from + chosen.get(n) * rowStep, step, to + 4L * n * width, width);
            }
        });
        Reference.reachabilityFence(chosen);
        Reference.reachabilityFence(table);
        Reference.reachabilityFence(out);
    }

    /** table[ids[n], D] += rows[n, D], rows row-major, the rows of one id in the order of n. */
    void scatterAdd(Tensor rows, Tensor ids, Tensor table) {
        ShapeMismatch.require("scatterAdd", "rows", rowsOf(ids, table.shape().dim(1)), rows.shape());
        requireContiguous("scatterAdd", rows);
        Ids chosen = Ids.of("scatterAdd", ids, 0, table.shape().dim(0));
        int width = table.shape().dim(1);
        long from = Native.address(rows);
        long to = Native.address(table);
        long rowStep = table.stride(0) * Float.BYTES;
        long step = table.stride(1) * Float.BYTES;
        pool.run((width + COLUMNS - 1) / COLUMNS, block -> {
            int first = block * COLUMNS;
            int count = Math.min(COLUMNS, width - first);
            for (int n = 0; n < chosen.count(); n++) {
                long source = from + 4L * ((long) n * width + first);
                long target = to + chosen.get(n) * rowStep + first * step;
                if (step == Float.BYTES) {
                    Rows.addColumns(source, 0, 1, target, count);
                } else {
                    for (int d = 0; d < count; d++) {
                        Lanes.set(target + d * step, Lanes.get(target + d * step) + Lanes.get(source + 4L * d));
                    }
                }
            }
        });
        Reference.reachabilityFence(chosen);
        Reference.reachabilityFence(rows);
        Reference.reachabilityFence(table);
    }

    /** out[n, V] = 1 where v = ids[n], out being zeros, row-major; a negative id gives no 1. */
    static void oneHot(Tensor ids, Tensor out) {
        int width = out.shape().dim(-1);
        ShapeMismatch.require("oneHot", "out", rowsOf(ids, width), out.shape());
        requireContiguous("oneHot", out);
        Ids chosen = Ids.of("oneHot", ids, Long.MIN_VALUE, width);
        long to = Native.address(out);
        for (int n = 0; n < chosen.count(); n++) {
            if (chosen.get(n) >= 0) {
                Lanes.set(to + 4L * ((long) n * width + chosen.get(n)), 1f);
            }
        }
        Reference.reachabilityFence(chosen);
        Reference.reachabilityFence(out);
    }
}
