package dev.rankine.autograd.op;

import static dev.rankine.tensor.Shape.of;

import dev.rankine.autograd.OpSpec;
import dev.rankine.autograd.Operation;
import dev.rankine.autograd.Saved;
import dev.rankine.autograd.Variable;
import dev.rankine.tensor.Binary;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import dev.rankine.tensor.Unary;
import org.jspecify.annotations.Nullable;

/** {@code y = a / b} with broadcasting; dA = dY / b and dB = -dY y / b, summed over the axes that were repeated. */
public record Divide(Shape a) implements Operation {
    public static final OpSpec SPEC = OpSpec.of("divide", "a / b", in -> divide(in[0], in[1]))
            .on(of(2, 3), of(2, 3))
            .on(of(5, 1, 7), of(3, 1))
            .on(of(), of(4))
            .on(of(1), of(1))
            .on(of(0, 3), of(1, 3))
            .inRange(-3, 3)
            .avoiding(0.0);

    public static Variable divide(Variable a, Variable b) {
        return Operation.apply(new Divide(a.shape()), a, b);
    }

    @Override
    public String name() {
        return "divide";
    }

    @Override
    public Tensor forward(Saved saved, Tensor... in) {
        Tensor b = in[1];
        Tensor y = in[0].zip(Binary.DIVIDE, b);
        saved.save(b);
        if (saved.needs(1)) {
            saved.save(y);
        }
        return y;
    }

    @Override
    public @Nullable Tensor[] backward(Saved saved, Tensor dY) {
        Tensor b = saved.get(0);
        Tensor quotient = dY.zip(Binary.DIVIDE, b);
        return new @Nullable Tensor[] {
            saved.needs(0) ? quotient.sumTo(a) : null,
            saved.needs(1) ? quotient.times(saved.get(1)).sumTo(b.shape()).map(Unary.NEGATE) : null,
        };
    }
}
