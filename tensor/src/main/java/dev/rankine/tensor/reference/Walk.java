package dev.rankine.tensor.reference;

import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import java.util.Arrays;

/**
 * Visits the elements of tensors of one shape together, in row-major order, row by row: a row runs along the last axis
 * and each tensor steps through it with its own stride.
 *
 * <pre>{@code
 * Walk walk = Walk.over(x, out);
 * while (walk.nextRow()) {
 *     for (int i = 0; i < walk.length(); i++) {
 *         result.set(walk.place(1, i), f(input.get(walk.place(0, i))));
 *     }
 * }
 * }</pre>
 */
final class Walk {
    private final int[] lengths;
    private final long[][] strides;
    private final long[] starts;
    private final int[] index;
    private final int length;
    private final int outerAxes;
    private boolean begun;

    private Walk(Shape shape, long[][] strides, long[] offsets) {
        this.lengths = shape.toArray();
        this.strides = strides;
        this.starts = offsets;
        this.outerAxes = Math.max(0, shape.rank() - 1);
        this.index = new int[outerAxes];
        this.length = shape.size() == 0 ? 0 : shape.rank() == 0 ? 1 : shape.dim(-1);
    }

    /** All tensors must have the shape of the first one. */
    static Walk over(Tensor... tensors) {
        return overLeading(0, tensors);
    }

    /** A tensor together with an array of results that is laid over the same shape by its own strides. */
    static Walk over(Tensor x, long[] arrayStrides) {
        return new Walk(x.shape(), new long[][] {strides(x), arrayStrides}, new long[] {x.offset(), 0});
    }

    /**
     * Walks the axes of the first tensor but its last {@code inner} ones, which all tensors have in common: a place is
     * then where a row or a matrix begins.
     */
    static Walk overLeading(int inner, Tensor... tensors) {
        long[][] strides = new long[tensors.length][];
        long[] offsets = new long[tensors.length];
        for (int i = 0; i < tensors.length; i++) {
            strides[i] = strides(tensors[i]);
            offsets[i] = tensors[i].offset();
        }
        int[] lengths = tensors[0].shape().toArray();
        return new Walk(Shape.of(Arrays.copyOf(lengths, lengths.length - inner)), strides, offsets);
    }

    private static long[] strides(Tensor x) {
        long[] strides = new long[x.shape().rank()];
        for (int axis = 0; axis < strides.length; axis++) {
            strides[axis] = x.stride(axis);
        }
        return strides;
    }

    /** Goes to the next row; false after the last one, and at once where there is no element. */
    boolean nextRow() {
        if (length == 0) {
            return false;
        }
        if (!begun) {
            begun = true;
            return true;
        }
        for (int axis = outerAxes - 1; axis >= 0; axis--) {
            move(axis, 1);
            if (++index[axis] < lengths[axis]) {
                return true;
            }
            move(axis, -lengths[axis]);
            index[axis] = 0;
        }
        return false;
    }

    private void move(int axis, int steps) {
        for (int tensor = 0; tensor < starts.length; tensor++) {
            starts[tensor] += steps * strides[tensor][axis];
        }
    }

    /** Elements of a row. */
    int length() {
        return length;
    }

    /** Where element {@code i} of the row lies in the storage of a tensor. */
    long place(int tensor, int i) {
        return i == 0 ? starts[tensor] : starts[tensor] + i * strides[tensor][outerAxes];
    }
}
