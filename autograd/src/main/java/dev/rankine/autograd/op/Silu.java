package dev.rankine.autograd.op;

import static dev.rankine.tensor.Shape.of;

import dev.rankine.autograd.OpSpec;
import dev.rankine.autograd.Operation;
import dev.rankine.autograd.Saved;
import dev.rankine.autograd.Variable;
import dev.rankine.tensor.Backend;
import dev.rankine.tensor.Binary;
import dev.rankine.tensor.Temporaries;
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
        Tensor y = in[0].map(Unary.SIGMOID);
        y.backend().zip(Binary.MULTIPLY, in[0], y, y);
        return y;
    }

    @Override
    public @Nullable Tensor[] backward(Saved saved, Tensor dY) {
        Tensor x = saved.get(0);
        Tensor s = x.map(Unary.SIGMOID);
        Tensor dX = s.affine(-1, 1);
        Backend backend = dX.backend();
        backend.zip(Binary.MULTIPLY, x, dX, dX);
        backend.affine(dX, 1, 1, dX);
        backend.zip(Binary.MULTIPLY, s, dX, dX);
        backend.zip(Binary.MULTIPLY, dY, dX, dX);
        Temporaries.release(s);
        return new @Nullable Tensor[] {dX};
    }
}
