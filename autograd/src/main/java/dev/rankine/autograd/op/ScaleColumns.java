package dev.rankine.autograd.op;

import static dev.rankine.tensor.Shape.of;

import dev.rankine.autograd.OpSpec;
import dev.rankine.autograd.Operation;
import dev.rankine.autograd.Saved;
import dev.rankine.autograd.Variable;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.ShapeMismatch;
import dev.rankine.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * {@code y[..., C] = x .* f[C] + b[C]}, the bias being optional, in one pass over memory. Over the rows of x and dY: dX = dY .*
 * f, dF = sum_rows(dY .* x), db = sum_rows(dY).
 */
public record ScaleColumns(boolean hasBias) implements Operation {
    public static final OpSpec SPEC = OpSpec.of(
                    "scaleColumns", "x .* f + b", in -> scaleColumns(in[0], in[1], in.length > 2 ? in[2] : null))
            .on(of(2, 3), of(3), of(3))
            .on(of(5, 1, 7), of(7))
            .on(of(70, 2), of(2), of(2))
            .on(of(1), of(1), of(1))
            .on(of(0, 3), of(3), of(3))
            .on(of(3, 0), of(0));

    /**
     * @param x [..., C]
     * @param f [C]
     * @param bias [C], or null for none
     */
    public static Variable scaleColumns(Variable x, Variable f, @Nullable Variable bias) {
        return bias == null
                ? Operation.apply(new ScaleColumns(false), x, f)
                : Operation.apply(new ScaleColumns(true), x, f, bias);
    }

    @Override
    public String name() {
        return "scaleColumns";
    }

    @Override
    public Tensor forward(Saved saved, Tensor... in) {
        Tensor x = in[0];
        if (x.shape().rank() == 0) {
            throw ShapeMismatch.in(name(), "x has no columns", x.shape());
        }
        Shape columns = Shape.of(x.shape().dim(-1));
        ShapeMismatch.require(name(), "f", columns, in[1].shape());
        if (hasBias) {
            ShapeMismatch.require(name(), "the bias", columns, in[2].shape());
        }
        Tensor rows = Rows.of(x);
        Tensor y = x.result(name(), rows.shape());
        x.backend().scaleColumns(rows, in[1], hasBias ? in[2] : null, y);
        saved.save(x, in[1]);
        return y.reshape(x.shape());
    }

    @Override
    public @Nullable Tensor[] backward(Saved saved, Tensor dY) {
        Tensor x = Rows.of(saved.get(0));
        Tensor f = saved.get(1);
        Tensor rows = Rows.of(dY);
        Tensor dX = dY.result(name(), rows.shape());
        Tensor dF = dY.result(name(), f.shape());
        dY.backend().scaleColumnsBackward(x, f, rows, dX, dF);
        @Nullable Tensor[] gradients = new @Nullable Tensor[hasBias ? 3 : 2];
        gradients[0] = saved.needs(0) ? dX.reshape(dY.shape()) : null;
        gradients[1] = saved.needs(1) ? dF : null;
        if (hasBias && saved.needs(2)) {
            gradients[2] = rows.sumTo(f.shape());
        }
        return gradients;
    }
}
