package dev.rankine.tensor.reference;

import dev.rankine.tensor.Cells;
import dev.rankine.tensor.IdOutOfRange;
import dev.rankine.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;

/** Rows chosen by ids: gathering, its gradient, and one-hot rows. */
final class Indexing {
    private Indexing() {}

    /** Called with each id, its number in row-major order and where its row of the other tensor begins. */
    private interface Visitor {
        void at(long n, long id, long row);
    }

    /** Pairs ids[...] with the rows of x[..., D]. */
    private static void pair(Tensor ids, Tensor x, Visitor visitor) {
        Cells values = Cells.of(ids);
        Walk walk = Walk.overLeading(1, x, ids);
        long n = 0;
        while (walk.nextRow()) {
            for (int i = 0; i < walk.length(); i++) {
                visitor.at(n++, values.getLong(walk.place(1, i)), walk.place(0, i));
            }
        }
    }

    /** out[..., D] = table[ids[...], D]; table[V, D]. */
    static void gather(Tensor table, Tensor ids, Tensor out) {
        Cells source = Cells.of(table);
        Cells target = Cells.of(out);
        int width = table.shape().dim(1);
        pair(ids, out, (n, id, row) -> {
            require("gather", ids, n, id, table);
            long from = table.offset() + id * table.stride(0);
            for (int d = 0; d < width; d++) {
                target.set(row + d * out.stride(-1), source.get(from + d * table.stride(1)));
            }
        });
    }

    /** table[ids[...], D] += rows[..., D]; the sum of each row of the table is rounded once. */
    static void scatterAdd(Tensor rows, Tensor ids, Tensor table) {
        Cells source = Cells.of(rows);
        Cells target = Cells.of(table);
        int width = table.shape().dim(1);
        Map<Long, double[]> sums = new LinkedHashMap<>();
        pair(ids, rows, (n, id, row) -> {
            require("scatterAdd", ids, n, id, table);
            double[] sum = sums.computeIfAbsent(id, key -> row(target, table, key));
            for (int d = 0; d < width; d++) {
                sum[d] += source.get(row + d * rows.stride(-1));
            }
        });
        sums.forEach((id, sum) -> {
            long to = table.offset() + id * table.stride(0);
            for (int d = 0; d < width; d++) {
                target.set(to + d * table.stride(1), sum[d]);
            }
        });
    }

    private static double[] row(Cells cells, Tensor table, long id) {
        double[] row = new double[table.shape().dim(1)];
        for (int d = 0; d < row.length; d++) {
            row[d] = cells.get(table.offset() + id * table.stride(0) + d * table.stride(1));
        }
        return row;
    }

    /** out[..., V] = 1 at ids[...], else 0; no 1 for a negative id. */
    static void oneHot(Tensor ids, Tensor out) {
        Cells target = Cells.of(out);
        int width = out.shape().dim(-1);
        pair(ids, out, (n, id, row) -> {
            if (id >= width) {
                throw new IdOutOfRange("oneHot", ids, n, id, width);
            }
            for (int v = 0; v < width; v++) {
                target.set(row + v * out.stride(-1), v == id ? 1 : 0);
            }
        });
    }

    private static void require(String operation, Tensor ids, long n, long id, Tensor table) {
        if (id < 0 || id >= table.shape().dim(0)) {
            throw new IdOutOfRange(operation, ids, n, id, table.shape().dim(0));
        }
    }
}
