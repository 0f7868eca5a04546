package dev.rankine.tensor.vector;

import java.util.Arrays;

/** Some axes of a tensor with their strides in bytes, outermost first; neighbours that step evenly are one. */
final class Axes {
    private int[] lengths = new int[0];
    private long[] strides = new long[0];

    /** Puts an axis in front of the others. */
    void prepend(int length, long stride) {
        if (lengths.length > 0
                && stride == strides[0] * lengths[0]
                && (long) length * lengths[0] <= Integer.MAX_VALUE) {
            lengths[0] *= length;
            return;
        }
        lengths = shifted(lengths);
        lengths[0] = length;
        strides = Arrays.copyOf(strides, lengths.length);
        System.arraycopy(strides, 0, strides, 1, lengths.length - 1);
        strides[0] = stride;
    }

    private static int[] shifted(int[] old) {
        int[] longer = new int[old.length + 1];
        System.arraycopy(old, 0, longer, 1, old.length);
        return longer;
    }

    boolean isEmpty() {
        return lengths.length == 0;
    }

    int innerLength() {
        return lengths.length == 0 ? 1 : lengths[lengths.length - 1];
    }

    long innerStride() {
        return lengths.length == 0 ? 0 : strides[lengths.length - 1];
    }

    /** The axes but the innermost. */
    Axes outer() {
        Axes outer = new Axes();
        int count = Math.max(0, lengths.length - 1);
        outer.lengths = Arrays.copyOf(lengths, count);
        outer.strides = Arrays.copyOf(strides, count);
        return outer;
    }

    /** The number of places. */
    long count() {
        long count = 1;
        for (int length : lengths) {
            count *= length;
        }
        return count;
    }

    /** Bytes from the first place to place {@code index} in row-major order. */
    long offset(long index) {
        long offset = 0;
        long left = index;
        for (int axis = lengths.length - 1; axis >= 0; axis--) {
            offset += left % lengths[axis] * strides[axis];
            left /= lengths[axis];
        }
        return offset;
    }
}
