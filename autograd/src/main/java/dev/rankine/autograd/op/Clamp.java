package dev.rankine.autograd.op;

import static dev.rankine.tensor.Shape.of;

import dev.rankine.autograd.OpSpec;
import dev.rankine.autograd.Operation;
import dev.rankine.autograd.Saved;
import dev.rankine.autograd.Variable;
import dev.rankine.tensor.Backend;
import dev.rankine.tensor.Binary;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** {@code y = min(max(x, low), high)} with two constants; dX = dY where low < x < high, else 0. */
public record Clamp(double low, double high) implements Operation {
    public static final OpSpec SPEC = OpSpec.of("clamp", "min(max(x, low), high)", in -> clamp(in[0], -0.5, 1))
            .on(of(2, 3))
            .on(of())
            .on(of(5, 1, 7))
            .on(of(1))
            .on(of(0, 3))
            .avoiding(-0.5, 1.0);

    public Clamp {
        if (!(low <= high)) {
            throw new IllegalArgumentException("clamp: the lower bound " + low + " is above the upper one, " + high);
        }
    }

    public static Variable clamp(Variable x, double low, double high) {
        return Operation.apply(new Clamp(low, high), x);
    }

    @Override
    public String name() {
        return "clamp";
    }

    @Override
    public Tensor forward(Saved saved, Tensor... in) {
        saved.save(in[0]);
        Tensor raised = in[0].zip(Binary.MAXIMUM, constant(in[0], low));
        return raised.zip(Binary.MINIMUM, constant(in[0], high));
    }

    @Override
    public @Nullable Tensor[] backward(Saved saved, Tensor dY) {
        Tensor x = saved.get(0);
        Tensor above = x.affine(1, -low).zip(Binary.RELU_BACKWARD, dY);
        return new @Nullable Tensor[] {x.affine(-1, high).zip(Binary.RELU_BACKWARD, above)};
    }

    private static Tensor constant(Tensor like, double value) {
        Tensor constant = like.result("clamp", Shape.of());
        Backend backend = like.backend();
        backend.fill(constant, value);
        return constant;
    }
}
