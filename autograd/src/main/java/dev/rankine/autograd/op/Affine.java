package dev.rankine.autograd.op;

import static dev.rankine.tensor.Shape.of;

import dev.rankine.autograd.OpSpec;
import dev.rankine.autograd.Operation;
import dev.rankine.autograd.Saved;
import dev.rankine.autograd.Variable;
import dev.rankine.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** {@code y = scale x + shift} with two numbers that never change between steps; dX = scale dY. */
public record Affine(double scale, double shift) implements Operation {
    public static final OpSpec SPEC = OpSpec.of("affine", "scale x + shift", in -> affine(in[0], -1.5, 0.25))
            .on(of(2, 3))
            .on(of())
            .on(of(5, 1, 7))
            .on(of(1))
            .on(of(0, 3));

    public static Variable affine(Variable x, double scale, double shift) {
        return Operation.apply(new Affine(scale, shift), x);
    }

    /** scale x */
    public static Variable scale(Variable x, double scale) {
        return affine(x, scale, 0);
    }

    @Override
    public String name() {
        return "affine";
    }

    @Override
    public Tensor forward(Saved saved, Tensor... in) {
        return in[0].affine(scale, shift);
    }

    @Override
    public @Nullable Tensor[] backward(Saved saved, Tensor dY) {
        return new @Nullable Tensor[] {dY.affine(scale, 0)};
    }
}
