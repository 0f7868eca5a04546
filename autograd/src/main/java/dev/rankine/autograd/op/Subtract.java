package dev.rankine.autograd.op;

import static dev.rankine.tensor.Shape.of;

import dev.rankine.autograd.OpSpec;
import dev.rankine.autograd.Operation;
import dev.rankine.autograd.Saved;
import dev.rankine.autograd.Variable;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import dev.rankine.tensor.Unary;
import org.jspecify.annotations.Nullable;

/** {@code y = a - b} with broadcasting; dA = dY and dB = -dY, summed over the axes that were repeated. */
public record Subtract(Shape a, Shape b) implements Operation {
    public static final OpSpec SPEC = OpSpec.of("subtract", "a - b", in -> subtract(in[0], in[1]))
            .on(of(2, 3), of(2, 3))
            .on(of(5, 1, 7), of(3, 1))
            .on(of(), of(4))
            .on(of(1), of(1))
            .on(of(0, 3), of(1, 3));

    public static Variable subtract(Variable a, Variable b) {
        return Operation.apply(new Subtract(a.shape(), b.shape()), a, b);
    }

    @Override
    public String name() {
        return "subtract";
    }

    @Override
    public Tensor forward(Saved saved, Tensor... in) {
        return in[0].minus(in[1]);
    }

    @Override
    public @Nullable Tensor[] backward(Saved saved, Tensor dY) {
        return new @Nullable Tensor[] {
            saved.needs(0) ? dY.sumTo(a) : null, saved.needs(1) ? dY.sumTo(b).map(Unary.NEGATE) : null,
        };
    }
}
