package dev.rankine.transformer;

import dev.rankine.tensor.Backend;
import dev.rankine.tensor.DType;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Hides the future. One persistent triangle serves every length, as views; it is made anew, twice as large, only when a
 * sequence is longer than any before.
 */
final class CausalMask {
    private static final int SMALLEST = 64;

    private final Backend backend;
    private final DType dtype;
    private @Nullable Tensor triangle;

    CausalMask(Backend backend, DType dtype) {
        this.backend = backend;
        this.dtype = dtype;
    }

    /** [1, 1, T, S] for the last T queries of a sequence of S places: query t sees the keys up to t + S - T. */
    Tensor of(int queries, int keys) {
        Tensor last = triangleOf(keys).slice(0, keys - queries, keys).slice(1, 0, keys);
        return last.reshape(Shape.of(1, 1, queries, keys));
    }

    /** [T, T] for all queries of a sequence. */
    Tensor of(int places) {
        return triangleOf(places).slice(0, 0, places).slice(1, 0, places);
    }

    private Tensor triangleOf(int places) {
        if (triangle == null || triangle.shape().dim(0) < places) {
            int side = Math.max(SMALLEST, Integer.highestOneBit(Math.max(1, places - 1)) * 2);
            double[] see = new double[Math.multiplyExact(side, side)];
            for (int query = 0; query < side; query++) {
                for (int key = 0; key <= query; key++) {
                    see[query * side + key] = 1;
                }
            }
            triangle = Tensor.of(backend, dtype, Shape.of(side, side), see);
        }
        return triangle;
    }
}
