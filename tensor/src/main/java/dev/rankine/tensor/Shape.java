package dev.rankine.tensor;

import java.util.Arrays;
import java.util.stream.Collectors;

/** The lengths of a tensor's axes. No axis at all is a scalar; an axis of length 0 is an empty tensor. Immutable. */
public final class Shape {
    private final int[] lengths;
    private final long size;

    private Shape(int[] lengths) {
        this.lengths = lengths;
        long product = 1;
        for (int length : lengths) {
            if (length < 0) {
                throw new IllegalArgumentException("shape " + Arrays.toString(lengths) + " has a negative axis");
            }
            product = Math.multiplyExact(product, (long) length);
        }
        this.size = product;
    }

    public static Shape of(int... lengths) {
        return new Shape(lengths.clone());
    }

    public int rank() {
        return lengths.length;
    }

    /** Number of elements. */
    public long size() {
        return size;
    }

    /** Length of an axis; negative axes count from the end, as in {@code dim(-1)}. */
    public int dim(int axis) {
        return lengths[axis(axis)];
    }

    /** The axis counted from 0, for one that may be counted from the end. */
    public int axis(int axis) {
        int counted = axis < 0 ? axis + lengths.length : axis;
        if (counted < 0 || counted >= lengths.length) {
            throw new IndexOutOfBoundsException("axis " + axis + " of shape " + this);
        }
        return counted;
    }

    public int[] toArray() {
        return lengths.clone();
    }

    /** This shape with one axis of another length. */
    public Shape with(int axis, int length) {
        int[] changed = lengths.clone();
        changed[axis(axis)] = length;
        return new Shape(changed);
    }

    /** This shape without one axis. */
    public Shape without(int axis) {
        int dropped = axis(axis);
        int[] fewer = new int[lengths.length - 1];
        System.arraycopy(lengths, 0, fewer, 0, dropped);
        System.arraycopy(lengths, dropped + 1, fewer, dropped, fewer.length - dropped);
        return new Shape(fewer);
    }

    /** Element strides of a row-major tensor of this shape. */
    public long[] rowMajorStrides() {
        long[] strides = new long[lengths.length];
        long step = 1;
        for (int axis = lengths.length - 1; axis >= 0; axis--) {
            strides[axis] = step;
            step *= lengths[axis];
        }
        return strides;
    }

    /**
     * The shape that both broadcast to: axes are matched from the last one back, and of two lengths one must be 1 or
     * both equal.
     *
     * @throws ShapeMismatch if they do not fit, naming {@code operation}
     */
    public static Shape broadcast(String operation, Shape a, Shape b) {
        int rank = Math.max(a.rank(), b.rank());
        int[] joint = new int[rank];
        for (int back = 1; back <= rank; back++) {
            int left = back <= a.rank() ? a.dim(-back) : 1;
            int right = back <= b.rank() ? b.dim(-back) : 1;
            if (left != right && left != 1 && right != 1) {
                throw ShapeMismatch.in(
                        operation, "axis -" + back + " is " + left + " in one and " + right + " in the other", a, b);
            }
            joint[rank - back] = left == 1 ? right : left;
        }
        return new Shape(joint);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Shape shape && Arrays.equals(lengths, shape.lengths);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(lengths);
    }

    @Override
    public String toString() {
        return Arrays.stream(lengths).mapToObj(Integer::toString).collect(Collectors.joining(", ", "[", "]"));
    }
}
