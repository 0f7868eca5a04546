package dev.rankine.tornado;

import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The axes that tensors have in common, with each one's strides, as few as they can be: axes of length 1 are left out, and
 * neighbours that every tensor steps through as through one are joined.
 */
final class Layout {
    /** How many axes a kernel's block has room for. */
    static final int MOST_AXES = 8;

    private final int[] lengths = new int[MOST_AXES];
    private final int[][] strides;
    private int rank;

    private Layout(int tensors) {
        strides = new int[tensors][MOST_AXES];
    }

    /** All axes of tensors of one shape. */
    static Layout of(Tensor... tensors) {
        return of(tensors[0].shape(), upTo(tensors[0].shape().rank()), tensors);
    }

    /** All axes but the last {@code inner} ones, of tensors that have these in common. */
    static Layout leading(int inner, Tensor... tensors) {
        return of(tensors[0].shape(), upTo(tensors[0].shape().rank() - inner), tensors);
    }

    private static List<Integer> upTo(int rank) {
        return IntStream.range(0, rank).boxed().toList();
    }

    /** Some axes, the outermost first, which have these lengths. */
    static Layout of(Shape shape, List<Integer> axes, Tensor... tensors) {
        Layout layout = new Layout(tensors.length);
        for (int axis : axes) {
            if (shape.dim(axis) != 1) {
                layout.append(shape.dim(axis), axis, tensors);
            }
        }
        return layout;
    }

    private void append(int length, int axis, Tensor[] tensors) {
        boolean joins = rank > 0;
        for (int t = 0; joins && t < tensors.length; t++) {
            joins = strides[t][rank - 1] == tensors[t].stride(axis) * length;
        }
        if (!joins) {
            if (rank == MOST_AXES) {
                throw new IllegalArgumentException("a view with more than " + MOST_AXES + " axes that do not join: "
                        + List.of(tensors) + "; copy it with contiguous() first");
            }
            lengths[rank++] = 1;
        }
        lengths[rank - 1] = Math.multiplyExact(lengths[rank - 1], length);
        for (int t = 0; t < tensors.length; t++) {
            strides[t][rank - 1] = Math.toIntExact(tensors[t].stride(axis));
        }
    }

    int rank() {
        return rank;
    }

    int[] lengths() {
        return lengths;
    }

    int[] strides(int tensor) {
        return strides[tensor];
    }

    /** The strides of an I64 tensor in ints. */
    int[] intStrides(int tensor) {
        int[] doubled = strides[tensor].clone();
        for (int i = 0; i < doubled.length; i++) {
            doubled[i] *= 2;
        }
        return doubled;
    }
}
