package dev.rankine.autograd.op;

import static dev.rankine.tensor.Shape.of;

import dev.rankine.autograd.OpSpec;
import dev.rankine.autograd.Operation;
import dev.rankine.autograd.Saved;
import dev.rankine.autograd.Variable;
import dev.rankine.tensor.Binary;
import dev.rankine.tensor.Tensor;
import dev.rankine.tensor.Unary;
import org.jspecify.annotations.Nullable;

/** {@code y = x^(1/2)}; dX = dY / (2 y), infinite at x = 0. */
public record SquareRoot() implements Operation {
    public static final OpSpec SPEC = OpSpec.of("squareRoot", "x^(1/2)", in -> squareRoot(in[0]))
            .on(of(2, 3))
            .on(of())
            .on(of(5, 1, 7))
            .on(of(1))
            .on(of(0, 3))
            .inRange(0.25, 4);

    public static Variable squareRoot(Variable x) {
        return Operation.apply(new SquareRoot(), x);
    }

    @Override
    public String name() {
        return "squareRoot";
    }

    @Override
    public Tensor forward(Saved saved, Tensor... in) {
        Tensor y = in[0].map(Unary.SQUARE_ROOT);
        saved.save(y);
        return y;
    }

    @Override
    public @Nullable Tensor[] backward(Saved saved, Tensor dY) {
        return new @Nullable Tensor[] {dY.zip(Binary.DIVIDE, saved.get(0)).affine(0.5, 0)};
    }
}
