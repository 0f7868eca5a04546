package dev.rankine.tensor;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Other ways to look at the same elements, and the sums that undo a broadcast. */
final class Views {
    private Views() {}

    static Tensor permute(Tensor x, int... order) {
        x.checkAlive("permute");
        int rank = x.shape().rank();
        boolean[] seen = new boolean[rank];
        int[] lengths = new int[rank];
        long[] strides = new long[rank];
        if (order.length != rank) {
            throw ShapeMismatch.in("permute", "an order of " + order.length + " axes", x.shape());
        }
        for (int i = 0; i < rank; i++) {
            int axis = x.shape().axis(order[i]);
            if (seen[axis]) {
                throw ShapeMismatch.in("permute", "axis " + axis + " twice in " + Arrays.toString(order), x.shape());
            }
            seen[axis] = true;
            lengths[i] = x.shape().dim(axis);
            strides[i] = x.stride(axis);
        }
        return x.view(Shape.of(lengths), strides, x.offset());
    }

    static Tensor slice(Tensor x, int axis, int from, int to) {
        x.checkAlive("slice");
        int sliced = x.shape().axis(axis);
        if (from < 0 || to < from || to > x.shape().dim(sliced)) {
            throw ShapeMismatch.in("slice", "places " + from + " to " + to + " of axis " + sliced, x.shape());
        }
        return x.view(x.shape().with(sliced, to - from), strides(x), x.offset() + from * x.stride(sliced));
    }

    static Tensor expand(Tensor x, Shape target) {
        x.checkAlive("expand");
        if (x.shape().equals(target)) {
            return x;
        }
        int added = target.rank() - x.shape().rank();
        if (added < 0) {
            throw ShapeMismatch.in("expand", "fewer axes than before", x.shape(), target);
        }
        long[] strides = new long[target.rank()];
        for (int axis = 0; axis < x.shape().rank(); axis++) {
            int length = x.shape().dim(axis);
            int wanted = target.dim(axis + added);
            if (length != wanted && length != 1) {
                throw ShapeMismatch.in("expand", "axis " + axis + " has length " + length, x.shape(), target);
            }
            strides[axis + added] = length == wanted ? x.stride(axis) : 0;
        }
        return x.view(target, strides, x.offset());
    }

    static Tensor reshape(Tensor x, Shape target) {
        x.checkAlive("reshape");
        if (x.shape().size() != target.size()) {
            throw ShapeMismatch.in("reshape", x.shape().size() + " elements and " + target.size(), x.shape(), target);
        }
        if (x.shape().equals(target)) {
            return x;
        }
        long[] strides = viewStrides(x, target);
        return strides != null
                ? x.view(target, strides, x.offset())
                : x.copy("reshape", x.dtype()).view(target, target.rowMajorStrides(), 0);
    }

    /** Strides that show x under another shape, or null where its elements lie so that none do. */
    private static long @Nullable [] viewStrides(Tensor x, Shape target) {
        if (x.isContiguous()) {
            return target.rowMajorStrides();
        }
        long[] strides = new long[target.rank()];
        int old = x.shape().rank() - 1;
        int axis = target.rank() - 1;
        while (axis >= 0 && old >= 0) {
            if (x.shape().dim(old) == 1) {
                old--;
                continue;
            }
            // grow a run of old axes and a run of new ones until they hold the same number of elements
            long held = x.shape().dim(old);
            long step = x.stride(old);
            long run = target.dim(axis);
            strides[axis] = step;
            while (held != run) {
                if (held < run) {
                    old--;
                    if (x.shape().dim(old) != 1 && x.stride(old) != step * held) {
                        return null;
                    }
                    held *= x.shape().dim(old);
                } else {
                    axis--;
                    strides[axis] = step * run;
                    run *= target.dim(axis);
                }
            }
            old--;
            axis--;
        }
        return strides;
    }

    static Tensor sumTo(Tensor x, Shape target) {
        if (x.shape().equals(target)) {
            return x;
        }
        int added = x.shape().rank() - target.rank();
        int[] axes = new int[x.shape().rank()];
        int count = 0;
        for (int axis = 0; axis < x.shape().rank(); axis++) {
            boolean repeated =
                    axis < added || target.dim(axis - added) == 1 && x.shape().dim(axis) != 1;
            if (repeated) {
                axes[count++] = axis;
            }
        }
        return x.reduce(Reduction.SUM, Arrays.copyOf(axes, count)).reshape(target);
    }

    static long[] strides(Tensor x) {
        long[] strides = new long[x.shape().rank()];
        for (int axis = 0; axis < strides.length; axis++) {
            strides[axis] = x.stride(axis);
        }
        return strides;
    }
}
