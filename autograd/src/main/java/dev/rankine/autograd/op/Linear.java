package dev.rankine.autograd.op;

import static dev.rankine.tensor.Shape.of;

import dev.rankine.autograd.OpSpec;
import dev.rankine.autograd.Operation;
import dev.rankine.autograd.Saved;
import dev.rankine.autograd.Variable;
import dev.rankine.tensor.Backend;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.ShapeMismatch;
import dev.rankine.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * {@code y[..., O] = x[..., I] W[O, I]^T + b[O]}, the bias being optional. Over the rows of x and dY: dX = dY W, dW =
 * dY^T x, db = the sum of dY's rows. A frozen W may be stored as F16 or BF16 and is widened for the product.
 */
public record Linear(boolean hasBias) implements Operation {
    public static final OpSpec SPEC = OpSpec.of(
                    "linear", "x W^T + b", in -> linear(in[0], in[1], in.length > 2 ? in[2] : null))
            .on(of(2, 3), of(4, 3), of(4))
            .on(of(5, 1, 7), of(3, 7), of(3))
            .on(of(2, 3, 5), of(1, 5))
            .on(of(3), of(2, 3), of(2))
            .on(of(1, 1), of(1, 1), of(1))
            .on(of(0, 3), of(2, 3), of(2))
            .on(of(4, 0), of(3, 0), of(3));

    /**
     * @param x [..., I]
     * @param weight [O, I]
     * @param bias [O], or null for none
     */
    public static Variable linear(Variable x, Variable weight, @Nullable Variable bias) {
        return bias == null
                ? Operation.apply(new Linear(false), x, weight)
                : Operation.apply(new Linear(true), x, weight, bias);
    }

    @Override
    public String name() {
        return "linear";
    }

    @Override
    public Tensor forward(Saved saved, Tensor... in) {
        Tensor x = in[0];
        Tensor weight = in[1];
        check(name(), x.shape(), weight.shape());
        saved.save(weight);
        if (saved.needs(1)) {
            saved.save(x);
        }
        int outputs = weight.shape().dim(0);
        Tensor y = x.result("linear", Shape.of(Rows.count(x.shape()), outputs));
        if (hasBias) {
            ShapeMismatch.require("linear", "the bias", Shape.of(outputs), in[2].shape());
        }
        y.backend().linear(Rows.of(x), weight, hasBias ? in[2] : null, null, y);
        return y.reshape(x.shape().with(-1, outputs));
    }

    static void check(String operation, Shape x, Shape weight) {
        if (x.rank() == 0 || weight.rank() != 2 || x.dim(-1) != weight.dim(1)) {
            throw ShapeMismatch.in(operation, "x must be [..., I] and the weight [O, I]", x, weight);
        }
    }

    @Override
    public @Nullable Tensor[] backward(Saved saved, Tensor dY) {
        Tensor weight = saved.get(0);
        Tensor rows = Rows.of(dY);
        Tensor dX = null;
        if (saved.needs(0)) {
            Shape x = dY.shape().with(-1, weight.shape().dim(1));
            dX = gradientOfX(name(), rows, weight, null).reshape(x);
        }
        Tensor dWeight = saved.needs(1) ? rows.transpose(0, 1).matmul(Rows.of(saved.get(1))) : null;
        if (!hasBias) {
            return new @Nullable Tensor[] {dX, dWeight};
        }
        Tensor dBias = saved.needs(2) ? rows.sumTo(rows.shape().without(0)) : null;
        return new @Nullable Tensor[] {dX, dWeight, dBias};
    }

    /** dX[R, I] = dY[R, O] W[O, I] + a low-rank term. */
    static Tensor gradientOfX(String operation, Tensor dY, Tensor weight, Backend.@Nullable LowRankTerm change) {
        Tensor dX = roomOfX(operation, dY, weight);
        dX.backend().linear(dY, weight.transpose(0, 1), null, change, dX);
        return dX;
    }

    static Tensor roomOfX(String operation, Tensor dY, Tensor weight) {
        return dY.result(operation, Shape.of(dY.shape().dim(0), weight.shape().dim(1)));
    }
}
