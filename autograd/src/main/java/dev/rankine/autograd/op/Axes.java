package dev.rankine.autograd.op;

import dev.rankine.tensor.Shape;
import dev.rankine.tensor.ShapeMismatch;
import dev.rankine.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** The axes that {@link Sum} and {@link Mean} fold, and the shapes that come of it. */
record Axes(Shape input, List<Integer> folded, boolean keep) {
    /** No axis at all means every axis. */
    static Axes of(String operation, Shape input, boolean keep, int... axes) {
        int[] counted = axes.length == 0
                ? IntStream.range(0, input.rank()).toArray()
                : Arrays.stream(axes).map(input::axis).distinct().toArray();
        if (axes.length > counted.length) {
            throw ShapeMismatch.in(operation, "an axis is named twice in " + Arrays.toString(axes), input);
        }
        return new Axes(input, Arrays.stream(counted).boxed().toList(), keep);
    }

    int[] toArray() {
        return folded.stream().mapToInt(Integer::intValue).toArray();
    }

    /** The input's shape with length 1 on the folded axes. */
    Shape kept() {
        Shape shape = input;
        for (int axis : folded) {
            shape = shape.with(axis, 1);
        }
        return shape;
    }

    Shape result() {
        return keep
                ? kept()
                : Shape.of(IntStream.range(0, input.rank())
                        .filter(axis -> !folded.contains(axis))
                        .map(input::dim)
                        .toArray());
    }

    /** How many elements one result is folded from. */
    long count() {
        return folded.stream().mapToLong(input::dim).reduce(1, Math::multiplyExact);
    }

    /** The gradient of a result repeated over what it was folded from. */
    Tensor repeat(Tensor dY) {
        return dY.reshape(kept()).expand(input);
    }
}
