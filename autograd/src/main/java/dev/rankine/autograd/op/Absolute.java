package dev.rankine.autograd.op;

import static dev.rankine.tensor.Shape.of;

import dev.rankine.autograd.OpSpec;
import dev.rankine.autograd.Operation;
import dev.rankine.autograd.Saved;
import dev.rankine.autograd.Variable;
import dev.rankine.tensor.Tensor;
import dev.rankine.tensor.Unary;
import org.jspecify.annotations.Nullable;

/** {@code y = |x|}; dX = sign(x) dY, 0 at the kink. */
public record Absolute() implements Operation {
    public static final OpSpec SPEC = OpSpec.of("absolute", "|x|", in -> absolute(in[0]))
            .on(of(2, 3))
            .on(of())
            .on(of(5, 1, 7))
            .on(of(1))
            .on(of(0, 3))
            .avoiding(0.0);

    public static Variable absolute(Variable x) {
        return Operation.apply(new Absolute(), x);
    }

    @Override
    public String name() {
        return "absolute";
    }

    @Override
    public Tensor forward(Saved saved, Tensor... in) {
        saved.save(in[0]);
        return in[0].map(Unary.ABSOLUTE);
    }

    @Override
    public @Nullable Tensor[] backward(Saved saved, Tensor dY) {
        return new @Nullable Tensor[] {dY.times(saved.get(0).map(Unary.SIGN))};
    }
}
