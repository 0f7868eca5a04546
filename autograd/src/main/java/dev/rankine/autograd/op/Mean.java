package dev.rankine.autograd.op;

import static dev.rankine.tensor.Shape.of;

import dev.rankine.autograd.OpSpec;
import dev.rankine.autograd.Operation;
import dev.rankine.autograd.Saved;
import dev.rankine.autograd.Variable;
import dev.rankine.tensor.Reduction;
import dev.rankine.tensor.ShapeMismatch;
import dev.rankine.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** {@code y = (1/n) sum over axes of x}, n elements into one; dX = dY / n, repeated along the axes. */
public record Mean(Axes axes) implements Operation {
    public static final OpSpec SPEC = OpSpec.of("mean", "(1/n) sum over axes", in -> mean(in[0], 0))
            .on(of(2, 3))
            .on(of(5, 1, 7))
            .on(of(1, 4))
            .on(of(1))
            .on(of(3, 0));

    /**
     * Means over the named axes, which are dropped; over all of them if none is named.
     *
     * @throws ShapeMismatch if there is nothing to take the mean of
     */
    public static Variable mean(Variable x, int... axes) {
        return Operation.apply(new Mean(Axes.of("mean", x.shape(), false, axes)), x);
    }

    /** The same with the axes kept at length 1. */
    public static Variable meanKeeping(Variable x, int... axes) {
        return Operation.apply(new Mean(Axes.of("mean", x.shape(), true, axes)), x);
    }

    @Override
    public String name() {
        return "mean";
    }

    @Override
    public Tensor forward(Saved saved, Tensor... in) {
        if (axes.count() == 0) {
            throw ShapeMismatch.in("mean", "no elements along axes " + axes.folded(), axes.input());
        }
        Tensor sum = in[0].reduce(Reduction.SUM, axes.toArray());
        return sum.affine(1.0 / axes.count(), 0).reshape(axes.result());
    }

    @Override
    public @Nullable Tensor[] backward(Saved saved, Tensor dY) {
        return new @Nullable Tensor[] {axes.repeat(dY.affine(1.0 / axes.count(), 0))};
    }
}
