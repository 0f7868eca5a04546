package dev.rankine.tornado;

import dev.rankine.tensor.Binary;
import dev.rankine.tensor.Reduction;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import dev.rankine.tensor.Unary;
import java.util.ArrayList;
import java.util.List;

/** Starts the kernels that make every element by itself, and the reductions. */
final class Elements {
    /** More threads than this find nothing to do. */
    private static final int MOST_GROUPS = 1 << 12;
    /** From so many elements on a work-group folds one result. */
    private static final int MANY_ELEMENTS = 256;

    private final Engine engine;
    private final Residency residency;

    Elements(Engine engine, Residency residency) {
        this.engine = engine;
        this.residency = residency;
    }

    /** The number of elements, which must be one of Java's ints. */
    static int count(Tensor x) {
        long size = x.shape().size();
        if (size > Integer.MAX_VALUE - Block.GROUP) {
            throw new IllegalArgumentException(
                    "a tensor of " + size + " elements, which is more than an int counts: " + x);
        }
        return (int) size;
    }

    /** Work-groups for so many elements. */
    static int groups(int elements) {
        return Math.min(MOST_GROUPS, (elements + Block.GROUP - 1) / Block.GROUP);
    }

    private Call call(Kernel kernel, int function, Layout layout, Tensor out, Tensor... operands) {
        Call call = new Call(kernel).words(0, count(out), function, layout.rank());
        for (int i = 0; i < operands.length; i++) {
            call.words(4 + i, residency.read(operands[i]));
            call.words(ElementKernels.STRIDES + (i + 1) * ElementKernels.APART, layout.strides(i + 1));
        }
        return call.words(3, residency.write(out))
                .words(ElementKernels.AXES, layout.lengths())
                .words(ElementKernels.STRIDES, layout.strides(0));
    }

    void map(Unary function, Tensor x, Tensor out) {
        map(function.ordinal(), x, out);
    }

    void copy(Tensor x, Tensor out) {
        map(ElementKernels.IDENTITY, x, out);
    }

    private void map(int function, Tensor x, Tensor out) {
        if (count(out) > 0) {
            engine.launch(call(Kernel.MAP, function, Layout.of(out, x), out, x), groups(count(out)));
        }
    }

    void affine(Tensor x, double scale, double shift, Tensor out) {
        if (count(out) > 0) {
            Call call = call(Kernel.AFFINE, 0, Layout.of(out, x), out, x).numbers(scale, shift);
            engine.launch(call, groups(count(out)));
        }
    }

    void fill(Tensor out, double value) {
        if (count(out) > 0) {
            engine.launch(call(Kernel.FILL, 0, Layout.of(out), out).numbers(value), groups(count(out)));
        }
    }

    void zip(Binary function, Tensor a, Tensor b, Tensor out) {
        if (count(out) > 0) {
            engine.launch(call(Kernel.ZIP, function.ordinal(), Layout.of(out, a, b), out, a, b), groups(count(out)));
        }
    }

    void reduce(Reduction reduction, Tensor x, Tensor out) {
        int results = count(out);
        int elements = count(x);
        if (results == 0) {
            return;
        }
        if (elements == 0) {
            fill(out, reduction == Reduction.SUM ? 0 : Double.NEGATIVE_INFINITY);
            return;
        }
        Shape shape = x.shape();
        List<Integer> kept = new ArrayList<>();
        List<Integer> folded = new ArrayList<>();
        for (int axis = 0; axis < shape.rank(); axis++) {
            (out.shape().dim(axis) == shape.dim(axis) ? kept : folded).add(axis);
        }
        Layout keeps = Layout.of(shape, kept, x);
        Layout folds = Layout.of(shape, folded, x);
        int each = elements / results;
        boolean few = each >= MANY_ELEMENTS;
        Call call = new Call(few ? Kernel.REDUCE_FEW : Kernel.REDUCE_MANY)
                .words(0, results, reduction.ordinal(), each)
                .words(4, residency.read(x), 0, keeps.rank(), folds.rank())
                .words(3, residency.write(out))
                .words(ReductionKernels.KEPT, keeps.lengths())
                .words(ReductionKernels.KEPT_STRIDES, keeps.strides(0))
                .words(ReductionKernels.FOLDED, folds.lengths())
                .words(ReductionKernels.FOLDED_STRIDES, folds.strides(0));
        engine.launch(call, few ? results : groups(results));
    }
}
