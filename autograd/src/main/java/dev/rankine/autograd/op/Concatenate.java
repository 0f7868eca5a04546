package dev.rankine.autograd.op;

import static dev.rankine.tensor.Shape.of;

import dev.rankine.autograd.OpSpec;
import dev.rankine.autograd.Operation;
import dev.rankine.autograd.Saved;
import dev.rankine.autograd.Variable;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.ShapeMismatch;
import dev.rankine.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The inputs one after another along one axis; each gradient is its part of dY. */
public record Concatenate(int axis, List<Shape> inputs) implements Operation {
    public static final OpSpec SPEC = OpSpec.of("concatenate", "[x1; x2; ...] along an axis", in -> concatenate(-1, in))
            .on(of(2, 3), of(2, 4))
            .on(of(5, 1, 7), of(5, 1, 1), of(5, 1, 2))
            .on(of(1))
            .on(of(2, 0), of(2, 3))
            .on(of(0, 3), of(0, 1));

    /**
     * Axes may be counted from the end.
     *
     * @throws ShapeMismatch if the shapes differ on another axis
     */
    public static Variable concatenate(int axis, Variable... inputs) {
        if (inputs.length == 0) {
            throw new IllegalArgumentException("concatenate: nothing to concatenate");
        }
        List<Shape> shapes = Arrays.stream(inputs).map(Variable::shape).toList();
        return Operation.apply(new Concatenate(shapes.getFirst().axis(axis), shapes), inputs);
    }

    @Override
    public String name() {
        return "concatenate";
    }

    @Override
    public Tensor forward(Saved saved, Tensor... in) {
        Shape joint = jointShape();
        Tensor y = in[0].result("concatenate", joint);
        int from = 0;
        for (Tensor x : in) {
            int to = from + x.shape().dim(axis);
            y.backend().copy(x, y.slice(axis, from, to));
            from = to;
        }
        return y;
    }

    private Shape jointShape() {
        Shape first = inputs.getFirst();
        int length = 0;
        for (Shape shape : inputs) {
            if (shape.rank() != first.rank() || !shape.with(axis, 1).equals(first.with(axis, 1))) {
                throw ShapeMismatch.in("concatenate", "they differ on another axis than " + axis, first, shape);
            }
            length = Math.addExact(length, shape.dim(axis));
        }
        return first.with(axis, length);
    }

    @Override
    public @Nullable Tensor[] backward(Saved saved, Tensor dY) {
        @Nullable Tensor[] gradients = new @Nullable Tensor[inputs.size()];
        int from = 0;
        for (int i = 0; i < gradients.length; i++) {
            int to = from + inputs.get(i).dim(axis);
            gradients[i] = saved.needs(i) ? dY.slice(axis, from, to) : null;
            from = to;
        }
        return gradients;
    }
}
