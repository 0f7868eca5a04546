package dev.rankine.autograd.op;

import static dev.rankine.tensor.Shape.of;

import dev.rankine.autograd.OpSpec;
import dev.rankine.autograd.Operation;
import dev.rankine.autograd.Saved;
import dev.rankine.autograd.Variable;
import dev.rankine.tensor.Reduction;
import dev.rankine.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** {@code y = sum over axes of x}; dX = dY, repeated along them. */
public record Sum(Axes axes) implements Operation {
    public static final OpSpec SPEC = OpSpec.of("sum", "sum over axes", in -> sum(in[0], -1))
            .on(of(2, 3))
            .on(of(5, 1, 7))
            .on(of(5, 1))
            .on(of(1))
            .on(of(0, 3))
            .on(of(3, 0));

    /** Sums over the named axes, which are dropped; over all of them if none is named. */
    public static Variable sum(Variable x, int... axes) {
        return Operation.apply(new Sum(Axes.of("sum", x.shape(), false, axes)), x);
    }

    /** The same with the axes kept at length 1. */
    public static Variable sumKeeping(Variable x, int... axes) {
        return Operation.apply(new Sum(Axes.of("sum", x.shape(), true, axes)), x);
    }

    @Override
    public String name() {
        return "sum";
    }

    @Override
    public Tensor forward(Saved saved, Tensor... in) {
        return in[0].reduce(Reduction.SUM, axes.toArray()).reshape(axes.result());
    }

    @Override
    public @Nullable Tensor[] backward(Saved saved, Tensor dY) {
        return new @Nullable Tensor[] {axes.repeat(dY)};
    }
}
