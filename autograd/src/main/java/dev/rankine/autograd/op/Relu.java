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
 * {@code y = max(x, 0)}; dX = dY where x > 0, else 0. Saves y, which is positive exactly where x is, because the layer
 * above saves it too.
 */
public record Relu() implements Operation {
    public static final OpSpec SPEC = OpSpec.of("relu", "max(x, 0)", in -> relu(in[0]))
            .on(of(2, 3))
            .on(of())
            .on(of(5, 1, 7))
            .on(of(1))
            .on(of(0, 3))
            .avoiding(0.0);

    public static Variable relu(Variable x) {
        return Operation.apply(new Relu(), x);
    }

    @Override
    public String name() {
        return "relu";
    }

    @Override
    public Tensor forward(Saved saved, Tensor... in) {
        Tensor y = in[0].map(Unary.RELU);
        saved.save(y);
        return y;
    }

    @Override
    public @Nullable Tensor[] backward(Saved saved, Tensor dY) {
        return new @Nullable Tensor[] {saved.get(0).zip(Binary.RELU_BACKWARD, dY)};
    }
}
