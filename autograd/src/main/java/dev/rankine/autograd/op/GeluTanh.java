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

/**
 * {@code y = x/2 (1 + tanh u)} with u = sqrt(2/pi) (x + 0.044715 x^3), the form that GPT-2 was trained with (Hendrycks
 * and Gimpel 2016); dX = dY ((1 + tanh u)/2 + x/2 (1 - tanh^2 u) du/dx).
 */
public record GeluTanh() implements Operation {
    public static final OpSpec SPEC = OpSpec.of(
                    "geluTanh", "x/2 (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3)))", in -> geluTanh(in[0]))
            .on(of(2, 3))
            .on(of())
            .on(of(5, 1, 7))
            .on(of(1))
            .on(of(0, 3));

    public static Variable geluTanh(Variable x) {
        return Operation.apply(new GeluTanh(), x);
    }

    @Override
    public String name() {
        return "geluTanh";
    }

    @Override
    public Tensor forward(Saved saved, Tensor... in) {
        saved.save(in[0]);
        return in[0].map(Unary.GELU_TANH);
    }

    @Override
    public @Nullable Tensor[] backward(Saved saved, Tensor dY) {
        return new @Nullable Tensor[] {saved.get(0).zip(Binary.GELU_TANH_BACKWARD, dY)};
    }
}
