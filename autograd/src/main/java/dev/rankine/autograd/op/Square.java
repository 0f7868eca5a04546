package dev.rankine.autograd.op;

import static dev.rankine.tensor.Shape.of;

import dev.rankine.autograd.OpSpec;
import dev.rankine.autograd.Operation;
import dev.rankine.autograd.Saved;
import dev.rankine.autograd.Variable;
import dev.rankine.tensor.Tensor;
import dev.rankine.tensor.Unary;
import org.jspecify.annotations.Nullable;

/** {@code y = x^2}; dX = 2 x dY. */
public record Square() implements Operation {
    public static final OpSpec SPEC = OpSpec.of("square", "x^2", in -> square(in[0]))
            .on(of(2, 3))
            .on(of())
            .on(of(5, 1, 7))
            .on(of(1))
            .on(of(0, 3));

    public static Variable square(Variable x) {
        return Operation.apply(new Square(), x);
    }

    @Override
    public String name() {
        return "square";
    }

    @Override
    public Tensor forward(Saved saved, Tensor... in) {
        saved.save(in[0]);
        return in[0].map(Unary.SQUARE);
    }

    @Override
    public @Nullable Tensor[] backward(Saved saved, Tensor dY) {
        return new @Nullable Tensor[] {dY.times(saved.get(0)).affine(2, 0)};
    }
}
