package dev.rankine.autograd.op;

import static dev.rankine.tensor.Shape.of;

import dev.rankine.autograd.OpSpec;
import dev.rankine.autograd.Operation;
import dev.rankine.autograd.Saved;
import dev.rankine.autograd.Variable;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** {@code y = x} under another shape with as many elements, in row-major order; dX = dY under x's shape. */
public record Reshape(Shape from, Shape to) implements Operation {
    public static final OpSpec SPEC = OpSpec.of(
                    "reshape",
                    "x under another shape",
                    in -> reshape(in[0], of((int) in[0].shape().size(), 1)))
            .on(of(2, 3))
            .on(of(5, 1, 7))
            .on(of())
            .on(of(1))
            .on(of(0, 3));

    /** Throws {@link dev.rankine.tensor.ShapeMismatch} if the numbers of elements differ. */
    public static Variable reshape(Variable x, Shape shape) {
        return Operation.apply(new Reshape(x.shape(), shape), x);
    }

    @Override
    public String name() {
        return "reshape";
    }

    @Override
    public Tensor forward(Saved saved, Tensor... in) {
        return in[0].reshape(to);
    }

    @Override
    public @Nullable Tensor[] backward(Saved saved, Tensor dY) {
        return new @Nullable Tensor[] {dY.reshape(from)};
    }
}
