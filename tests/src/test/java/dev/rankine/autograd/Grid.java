package dev.rankine.autograd;

import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import java.util.function.ToDoubleFunction;

/** Plain numbers under a shape, addressed by index: what the formulas of the operations are written down with. */
record Grid(Shape shape, double[] numbers) {
    static Grid of(Tensor tensor) {
        return new Grid(tensor.shape(), tensor.toDoubles());
    }

    /** A grid whose elements are a function of their index. */
    static Grid filled(Shape shape, ToDoubleFunction<int[]> element) {
        double[] numbers = new double[Math.toIntExact(shape.size())];
        for (int place = 0; place < numbers.length; place++) {
            numbers[place] = element.applyAsDouble(index(shape, place));
        }
        return new Grid(shape, numbers);
    }

    private static int[] index(Shape shape, int place) {
        int[] index = new int[shape.rank()];
        int rest = place;
        for (int axis = shape.rank() - 1; axis >= 0; axis--) {
            index[axis] = rest % shape.dim(axis);
            rest /= shape.dim(axis);
        }
        return index;
    }

    /** The element at an index, of which leading axes that this grid lacks and axes of length 1 are ignored. */
    double at(int... index) {
        int place = 0;
        int added = index.length - shape.rank();
        for (int axis = 0; axis < shape.rank(); axis++) {
            place = place * shape.dim(axis) + (shape.dim(axis) == 1 ? 0 : index[axis + added]);
        }
        return numbers[place];
    }

    Grid map(DoubleUnaryOperator function) {
        return filled(shape, index -> function.applyAsDouble(at(index)));
    }

    Grid zip(Grid other, DoubleBinaryOperator function) {
        Shape joint = Shape.broadcast("grid", shape, other.shape);
        return filled(joint, index -> function.applyAsDouble(at(index), other.at(index)));
    }

    /** This index with another number in one place. */
    static int[] with(int[] index, int axis, int value) {
        int[] changed = index.clone();
        changed[axis < 0 ? axis + index.length : axis] = value;
        return changed;
    }

    /** This index with a number put in before one axis. */
    static int[] inserted(int[] index, int axis, int value) {
        int[] longer = new int[index.length + 1];
        System.arraycopy(index, 0, longer, 0, axis);
        longer[axis] = value;
        System.arraycopy(index, axis, longer, axis + 1, index.length - axis);
        return longer;
    }
}
