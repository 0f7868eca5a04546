package dev.rankine.autograd.op;

import static dev.rankine.tensor.Shape.of;

import dev.rankine.autograd.OpSpec;
import dev.rankine.autograd.Operation;
import dev.rankine.autograd.Saved;
import dev.rankine.autograd.Variable;
import dev.rankine.tensor.Tensor;
import dev.rankine.tensor.Unary;
import org.jspecify.annotations.Nullable;

/** {@code y = -x}; dX = -dY. */
public record Negate() implements Operation {
    public static final OpSpec SPEC = OpSpec.of("negate", "-x", in -> negate(in[0]))
            .on(of(2, 3))
            .on(of())
            .on(of(5, 1, 7))
            .on(of(1))
            .on(of(0, 3));

    public static Variable negate(Variable x) {
        return Operation.apply(new Negate(), x);
    }

    @Override
    public String name() {
        return "negate";
    }

    @Override
    public Tensor forward(Saved saved, Tensor... in) {
        return in[0].map(Unary.NEGATE);
    }

    @Override
    public @Nullable Tensor[] backward(Saved saved, Tensor dY) {
        return new @Nullable Tensor[] {dY.map(Unary.NEGATE)};
    }
}
