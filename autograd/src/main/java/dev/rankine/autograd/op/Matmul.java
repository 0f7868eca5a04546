package dev.rankine.autograd.op;

import static dev.rankine.tensor.Shape.of;

import dev.rankine.autograd.OpSpec;
import dev.rankine.autograd.Operation;
import dev.rankine.autograd.Saved;
import dev.rankine.autograd.Variable;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * {@code y[..., M, N] = a[..., M, K] b[..., K, N]} with broadcast leading axes; dA = dY b^T and dB = a^T dY, summed over
 * the batches that were repeated. Transposed operands are views.
 */
public record Matmul() implements Operation {
    public static final OpSpec SPEC = OpSpec.of("matmul", "a b over the last two axes", in -> matmul(in[0], in[1]))
            .on(of(2, 3), of(3, 4))
            .on(of(5, 1, 7), of(7, 3))
            .on(of(3, 2), of(4, 2, 5))
            .on(of(2, 1, 3, 5), of(4, 5, 2))
            .on(of(1, 1), of(1, 1))
            .on(of(2, 0), of(0, 3))
            .on(of(3, 0, 2), of(2, 3))
            .on(of(2, 3, 0), of(0, 4));

    /** Throws {@link dev.rankine.tensor.ShapeMismatch} if inner dimensions differ or leading axes do not broadcast. */
    public static Variable matmul(Variable a, Variable b) {
        return Operation.apply(new Matmul(), a, b);
    }

    @Override
    public String name() {
        return "matmul";
    }

    @Override
    public Tensor forward(Saved saved, Tensor... in) {
        saved.save(in[0], in[1]);
        return in[0].matmul(in[1]);
    }

    @Override
    public @Nullable Tensor[] backward(Saved saved, Tensor dY) {
        Tensor a = saved.get(0);
        Tensor b = saved.get(1);
        return new @Nullable Tensor[] {
            saved.needs(0) ? dY.matmul(b.transpose(-1, -2)).sumTo(a.shape()) : null,
            saved.needs(1) ? gradientOfB(a, b.shape(), dY) : null,
        };
    }

    /** One matrix for all batches: their rows are summed by the product itself, not by a gradient per batch. */
    private static Tensor gradientOfB(Tensor a, Shape b, Tensor dY) {
        return b.rank() == 2
                ? Rows.of(a).transpose(0, 1).matmul(Rows.of(dY))
                : a.transpose(-1, -2).matmul(dY).sumTo(b);
    }
}
