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

/** {@code y = tanh x}; dX = dY (1 - y^2). */
public record Tanh() implements Operation {
    public static final OpSpec SPEC = OpSpec.of("tanh", "tanh x", in -> tanh(in[0]))
            .on(of(2, 3))
            .on(of())
            .on(of(5, 1, 7))
            .on(of(1))
            .on(of(0, 3));

    public static Variable tanh(Variable x) {
        return Operation.apply(new Tanh(), x);
    }

    @Override
    public String name() {
        return "tanh";
    }

    @Override
    public Tensor forward(Saved saved, Tensor... in) {
        Tensor y = in[0].map(Unary.TANH);
        saved.save(y);
        return y;
    }

    @Override
    public @Nullable Tensor[] backward(Saved saved, Tensor dY) {
        return new @Nullable Tensor[] {saved.get(0).zip(Binary.TANH_BACKWARD, dY)};
    }
}
