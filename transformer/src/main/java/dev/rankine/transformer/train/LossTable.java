package dev.rankine.transformer.train;

import dev.rankine.tensor.Backend;
import dev.rankine.tensor.DType;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import java.util.Arrays;

/**
 * The losses of the steps since the last log line, kept on the back-end so that no step waits for a number. A step adds
 * to the row that a tensor names, so a recorded step can be replayed.
 */
final class LossTable {
    private final Tensor rows;

    LossTable(Backend backend, DType dtype, int steps) {
        rows = Tensor.zeros(backend, dtype, Shape.of(steps, 1));
    }

    /** The table itself, as a checkpoint holds it. */
    Tensor rows() {
        return rows;
    }

    /**
     * Adds to a row.
     *
     * @param row I64 [1]
     * @param loss one element
     */
    void add(Tensor row, Tensor loss) {
        rows.backend().scatterAdd(loss.reshape(Shape.of(1, 1)), row, rows.forWriting("loss"));
    }

    /** The first {@code count} rows, read from the back-end. */
    double[] read(int count) {
        return Arrays.copyOf(rows.toDoubles(), count);
    }

    void clear() {
        rows.backend().fill(rows.forWriting("loss"), 0);
    }
}
