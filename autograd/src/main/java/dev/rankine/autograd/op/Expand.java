package dev.rankine.autograd.op;

import static dev.rankine.tensor.Shape.of;

import dev.rankine.autograd.OpSpec;
import dev.rankine.autograd.Operation;
import dev.rankine.autograd.Saved;
import dev.rankine.autograd.Variable;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** {@code y = x} repeated along axes of length 1 and new leading axes; dX is dY summed over the repetitions. */
public record Expand(Shape from, Shape to) implements Operation {
    public static final OpSpec SPEC = OpSpec.of(
                    "expand", "x repeated along axes of length 1", in -> expand(in[0], repeated(in[0].shape())))
            .on(of(3, 4))
            .on(of(2, 1, 4))
            .on(of())
            .on(of(1))
            .on(of(0, 1));

    /** Throws {@link dev.rankine.tensor.ShapeMismatch} if an axis of another length than 1 would have to change. */
    public static Variable expand(Variable x, Shape shape) {
        return Operation.apply(new Expand(x.shape(), shape), x);
    }

    @Override
    public String name() {
        return "expand";
    }

    @Override
    public Tensor forward(Saved saved, Tensor... in) {
        return in[0].expand(to);
    }

    @Override
    public @Nullable Tensor[] backward(Saved saved, Tensor dY) {
        return new @Nullable Tensor[] {dY.sumTo(from)};
    }

    /** [2, ...] with 3 for every 1. */
    private static Shape repeated(Shape shape) {
        IntStream lengths = Arrays.stream(shape.toArray()).map(length -> length == 1 ? 3 : length);
        return Shape.of(IntStream.concat(IntStream.of(2), lengths).toArray());
    }
}
