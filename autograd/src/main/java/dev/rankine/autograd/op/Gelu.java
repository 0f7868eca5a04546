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

/** {@code y = x Phi(x)} with the normal distribution function Phi (Hendrycks and Gimpel 2016); dX = dY (Phi(x) + x phi(x)). */
public record Gelu() implements Operation {
    public static final OpSpec SPEC = OpSpec.of("gelu", "x Phi(x)", in -> gelu(in[0]))
            .on(of(2, 3))
            .on(of())
            .on(of(5, 1, 7))
            .on(of(1))
            .on(of(0, 3));

    public static Variable gelu(Variable x) {
        return Operation.apply(new Gelu(), x);
    }

    @Override
    public String name() {
        return "gelu";
    }

    @Override
    public Tensor forward(Saved saved, Tensor... in) {
        saved.save(in[0]);
        return in[0].map(Unary.GELU);
    }

    @Override
    public @Nullable Tensor[] backward(Saved saved, Tensor dY) {
        return new @Nullable Tensor[] {saved.get(0).zip(Binary.GELU_BACKWARD, dY)};
    }
}
