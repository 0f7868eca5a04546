package dev.rankine.autograd.op;

import static dev.rankine.tensor.Shape.of;

import dev.rankine.autograd.OpSpec;
import dev.rankine.autograd.Operation;
import dev.rankine.autograd.Saved;
import dev.rankine.autograd.Variable;
import dev.rankine.tensor.Tensor;
import dev.rankine.tensor.Unary;
import org.jspecify.annotations.Nullable;

/**
 * {@code y = x s} with s = sigmoid(x), also called swish (Elfwing et al. 2018); dX = dY s (1 + x (1 - s)).
 */
public record Silu() implements Operation {
    public static final OpSpec SPEC = OpSpec.of("silu", "x / (1 + e^-x)", in -> silu(in[0]))
            .on(of(2, 3))
            .on(of())
            .on(of(5, 1, 7))
            .on(of(1))
            .on(of(0, 3));

    public static Variable silu(Variable x) {
        return Operation.apply(new Silu(), x);
    }

    @Override
    public String name() {
        return "silu";
    }

    @Override
    public Tensor forward(Saved saved, Tensor... in) {
        saved.save(in[0]);
        return in[0].times(in[0].map(Unary.SIGMOID));
    }

    @Override
    public @Nullable Tensor[] backward(Saved saved, Tensor dY) {
        Tensor x = saved.get(0);
        Tensor s = x.map(Unary.SIGMOID);
        Tensor slope = x.times(s.affine(-1, 1)).affine(1, 1).times(s);
        return new @Nullable Tensor[] {dY.times(slope)};
    }
}
