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
 * Softmax over the last axis, over the elements whose mask is 1: y = e^(x - max x) / sum e^(x - max x); dX = y (dY -
 * sum(y dY)). A masked element, and a row with every element masked, gives 0.
 */
public record Softmax(@Nullable Tensor mask) implements Operation {
    public static final OpSpec SPEC = OpSpec.of(
                    "softmax", "e^x / sum e^x over the last axis", in -> softmax(in[0], hidingSome(in[0])))
            .on(of(2, 3))
            .on(of(5, 1, 7))
            .on(of(4, 1))
            .on(of(9))
            .on(of(0, 3))
            .on(of(3, 0));

    /** Over all elements of the last axis. */
    public static Variable softmax(Variable x) {
        return softmax(x, null);
    }

    /**
     * @param x [..., C]
     * @param mask 1 to keep, 0 to leave out, of x's type; its shape broadcasts to x's
     */
    public static Variable softmax(Variable x, @Nullable Tensor mask) {
        return Operation.apply(new Softmax(mask), x);
    }

    @Override
    public String name() {
        return "softmax";
    }

    @Override
    public Tensor forward(Saved saved, Tensor... in) {
        Tensor x = in[0];
        if (x.shape().rank() == 0) {
            throw ShapeMismatch.in("softmax", "there is no axis to sum over", x.shape());
        }
        Tensor y = x.result("softmax", x.shape());
        x.backend().softmax(x, Masks.expand("softmax", mask, x.shape()), y);
        saved.save(y);
        return y;
    }

    @Override
    public @Nullable Tensor[] backward(Saved saved, Tensor dY) {
        Tensor dX = dY.result("softmax", dY.shape());
        dY.backend().softmaxBackward(saved.get(0), dY, dX);
        return new @Nullable Tensor[] {dX};
    }

    /** Leaves out every third column. */
    private static Tensor hidingSome(Variable x) {
        Shape row = Shape.of(x.shape().dim(-1));
        double[] keep = new double[row.dim(0)];
        for (int column = 0; column < keep.length; column++) {
            keep[column] = column % 3 == 2 ? 0 : 1;
        }
        return Tensor.of(x.data().backend(), x.data().dtype(), row, keep);
    }
}
