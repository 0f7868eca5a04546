package dev.rankine.tornado;

import dev.rankine.tensor.IdOutOfRange;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Starts the kernels that choose rows by ids. The ids are looked at on the host, which has them. */
final class Indexing {
    private final Engine engine;
    private final Residency residency;

    Indexing(Engine engine, Residency residency) {
        this.engine = engine;
        this.residency = residency;
    }

    /** Throws if an id is not in [from, limit). */
    static void require(String operation, Tensor ids, long from, long limit) {
        long[] values = ids.toLongs();
        for (int n = 0; n < values.length; n++) {
            if (values[n] < from || values[n] >= limit) {
                throw new IdOutOfRange(operation, ids, n, values[n], limit);
            }
        }
    }

    private Call rows(Kernel kernel, Tensor ids, Tensor out) {
        Layout layout = Layout.of(ids);
        return new Call(kernel)
                .words(0, Elements.count(out), out.shape().dim(-1))
                .words(4, residency.read(ids))
                .words(7, layout.rank())
                .words(IndexKernels.AXES, layout.lengths())
                .words(IndexKernels.STRIDES, layout.intStrides(0));
    }

    void gather(Tensor table, Tensor ids, Tensor out) {
        require("gather", ids, 0, table.shape().dim(0));
        if (Elements.count(out) > 0) {
            Call call = rows(Kernel.GATHER, ids, out)
                    .words(3, residency.read(table))
                    .words(5, Math.toIntExact(table.stride(0)), Math.toIntExact(table.stride(1)));
            engine.launch(call.words(2, residency.write(out)), Elements.groups(Elements.count(out)));
        }
    }

    void oneHot(Tensor ids, Tensor out) {
        require("oneHot", ids, Integer.MIN_VALUE, out.shape().dim(-1));
        if (Elements.count(out) > 0) {
            Call call = rows(Kernel.ONE_HOT, ids, out);
            engine.launch(call.words(2, residency.write(out)), Elements.groups(Elements.count(out)));
        }
    }

    /** The rows of one id are added by one thread, in their order: {@code rows[n, D]} with the ids in any shape. */
    void scatterAdd(Tensor rows, Tensor ids, Tensor table) {
        require("scatterAdd", ids, 0, table.shape().dim(0));
        int width = table.shape().dim(1);
        Map<Long, List<Long>> rowsOf = new TreeMap<>();
        long[] values = ids.toLongs();
        for (int n = 0; n < values.length; n++) {
            rowsOf.computeIfAbsent(values[n], id -> new ArrayList<>()).add((long) n);
        }
        if (values.length == 0 || width == 0) {
            return;
        }
        Tensor plan = Tensor.ofLongs(rows.backend(), Shape.of(2 * rowsOf.size() + 1 + values.length), plan(rowsOf));
        residency.read(table);
        Call call = new Call(Kernel.SCATTER_ADD)
                .words(0, rowsOf.size() * width, width)
                .words(3, residency.read(rows), residency.read(plan))
                .words(5, Math.toIntExact(table.stride(0)), Math.toIntExact(table.stride(1)))
                .words(7, width, 1, rowsOf.size());
        engine.launch(call.words(2, residency.write(table)), Elements.groups(rowsOf.size() * width));
    }

    private static long[] plan(Map<Long, List<Long>> rowsOf) {
        List<Long> plan = new ArrayList<>(rowsOf.keySet());
        long begin = 0;
        plan.add(begin);
        for (List<Long> rows : rowsOf.values()) {
            begin += rows.size();
            plan.add(begin);
        }
        rowsOf.values().forEach(plan::addAll);
        return plan.stream().mapToLong(Long::longValue).toArray();
    }
}
