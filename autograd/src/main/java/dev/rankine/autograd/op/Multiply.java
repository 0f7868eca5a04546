package dev.rankine.autograd.op;

import static dev.rankine.tensor.Shape.of;

import dev.rankine.autograd.OpSpec;
import dev.rankine.autograd.Operation;
import dev.rankine.autograd.Saved;
import dev.rankine.autograd.Variable;
import dev.rankine.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** {@code y = a b} element by element with broadcasting; dA = dY b and dB = dY a, summed over repeated axes. */
public record Multiply() implements Operation {
    public static final OpSpec SPEC = OpSpec.of("multiply", "a b", in -> multiply(in[0], in[1]))
            .on(of(2, 3), of(2, 3))
            .on(of(5, 1, 7), of(3, 1))
            .on(of(), of(4))
            .on(of(0, 3), of(1, 3));

    public static Variable multiply(Variable a, Variable b) {
        return Operation.apply(new Multiply(), a, b);
    }

    @Override
    public String name() {
        return "multiply";
    }

    @Override
    public Tensor forward(Saved saved, Tensor... in) {
        saved.save(in[0], in[1]);
        return in[0].times(in[1]);
    }

    @Override
    public @Nullable Tensor[] backward(Saved saved, Tensor dY) {
        Tensor a = saved.get(0);
        Tensor b = saved.get(1);
        return new @Nullable Tensor[] {
            saved.needs(0) ? dY.times(b).sumTo(a.shape()) : null,
            saved.needs(1) ? dY.times(a).sumTo(b.shape()) : null,
        };
    }
}
