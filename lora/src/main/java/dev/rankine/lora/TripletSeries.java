package dev.rankine.lora;

import dev.rankine.autograd.Variable;
import dev.rankine.tensor.Backend;
import dev.rankine.tensor.DType;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What one window sees: the value of every triplet and the regulariser at each of its steps, gathered by tensor operations
 * and read on the host once. A step is one row of a table [T, N + 1]; where the row goes is a tensor, so that every step
 * makes the same calls.
 */
final class TripletSeries {
    static final String TABLE = "window";
    private static final String LENGTH = "window_length";

    private final List<SvdLora> modules;
    private final int triplets;
    private final Tensor row;
    private final Tensor table;
    private final Tensor place;
    private int length;

    /** @param capacity T, the most steps */
    TripletSeries(List<SvdLora> modules, int capacity) {
        this.modules = modules;
        this.triplets = modules.stream().mapToInt(SvdLora::rank).sum();
        Tensor like = modules.getFirst().e().data();
        Backend backend = like.backend();
        DType dtype = like.dtype();
        row = Tensor.zeros(backend, dtype, Shape.of(1, triplets + 1));
        table = Tensor.zeros(backend, dtype, Shape.of(capacity, triplets + 1));
        place = Tensor.zeros(backend, DType.I64, Shape.of(1));
    }

    /** Notes R of the running step. */
    void residual(Variable r) {
        fill(triplets, r.data());
    }

    /** Ends the running step with the values as they are now. */
    void append() {
        int from = 0;
        for (SvdLora module : modules) {
            fill(from, module.e().data());
            from += module.rank();
        }
        place.write((long) length++);
        table.backend().scatterAdd(row, place, table.forWriting("salientlora"));
    }

    private void fill(int from, Tensor values) {
        int count = Math.toIntExact(values.shape().size());
        Tensor part = row.slice(1, from, from + count);
        row.backend().copy(values.reshape(part.shape()), part.forWriting("salientlora"));
    }

    /** The values of every triplet over time, [N][T]. */
    double[][] values() {
        double[] cells = table.toDoubles();
        double[][] values = new double[triplets][length];
        for (int j = 0; j < triplets; j++) {
            for (int t = 0; t < length; t++) {
                values[j][t] = cells[t * (triplets + 1) + j];
            }
        }
        return values;
    }

    /** R over time, [T]. */
    double[] residuals() {
        return table.slice(1, triplets, triplets + 1).slice(0, 0, length).toDoubles();
    }

    /** The table and how much of it is filled. */
    Map<String, Tensor> state() {
        Map<String, Tensor> state = new LinkedHashMap<>();
        state.put(TABLE, table);
        state.put(LENGTH, Tensor.ofLongs(table.backend(), Shape.of(), length));
        return state;
    }

    /** A series whose {@link #state} was saved under names with this prefix. */
    static TripletSeries restored(List<SvdLora> modules, SavedState saved, String prefix) {
        TripletSeries series =
                new TripletSeries(modules, saved.shape(prefix + TABLE).dim(0));
        saved.copyTo(prefix + TABLE, series.table);
        series.length = Math.toIntExact(saved.number(prefix + LENGTH));
        return series;
    }
}
