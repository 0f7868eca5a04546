package dev.rankine.autograd.op;

import static dev.rankine.tensor.Shape.of;

import dev.rankine.autograd.OpSpec;
import dev.rankine.autograd.Operation;
import dev.rankine.autograd.Saved;
import dev.rankine.autograd.Variable;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** The places from (inclusive) to to (exclusive) of one axis of x; dX is dY there and 0 elsewhere. */
public record Slice(Shape input, int axis, int from, int to) implements Operation {
    public static final OpSpec SPEC = OpSpec.of(
                    "slice",
                    "x[..., from:to, ...]",
                    in -> slice(in[0], 1, 1, in[0].shape().dim(1)))
            .on(of(2, 3))
            .on(of(5, 2, 7))
            .on(of(1, 1))
            .on(of(0, 3));

    /** Throws {@link dev.rankine.tensor.ShapeMismatch} unless 0 <= from <= to <= the axis's length. */
    public static Variable slice(Variable x, int axis, int from, int to) {
        return Operation.apply(new Slice(x.shape(), x.shape().axis(axis), from, to), x);
    }

    @Override
    public String name() {
        return "slice";
    }

    @Override
    public Tensor forward(Saved saved, Tensor... in) {
        return in[0].slice(axis, from, to);
    }

    @Override
    public @Nullable Tensor[] backward(Saved saved, Tensor dY) {
        Tensor dX = dY.result("slice", input);
        dX.backend().fill(dX.slice(axis, 0, from), 0);
        dX.backend().copy(dY, dX.slice(axis, from, to));
        dX.backend().fill(dX.slice(axis, to, input.dim(axis)), 0);
        return new @Nullable Tensor[] {dX};
    }
}
