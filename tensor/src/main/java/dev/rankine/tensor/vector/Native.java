package dev.rankine.tensor.vector;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/** The checks that stand between a view of memory and the raw addresses that kernels use. */
final class Native {
    private Native() {}

    /**
     * Makes sure that every float of a strided view lies within {@code memory} and that it can be reached by address.
     *
     * @param offset the first element, in elements
     * @param lengths of the axes; with an empty axis nothing is read and every offset is good
     * @param strides in elements
     */
    static void check(MemorySegment memory, long offset, int[] lengths, long[] strides) {
        check(memory, offset, lengths, strides, Float.BYTES);
    }

    /** The same for elements of {@code width} bytes. */
    static void check(MemorySegment memory, long offset, int[] lengths, long[] strides, int width) {
        if (!memory.isNative()) {
            throw new IllegalArgumentException("vector kernels need memory outside the Java heap, got " + memory);
        }
        if (!memory.scope().isAlive()) {
            throw new IllegalStateException("the memory was closed: " + memory);
        }
        long lowest = offset;
        long highest = offset;
        for (int axis = 0; axis < lengths.length; axis++) {
            if (lengths[axis] == 0) {
                return;
            }
            long reach = Math.multiplyExact(strides[axis], lengths[axis] - 1L);
            lowest = Math.addExact(lowest, Math.min(reach, 0));
            highest = Math.addExact(highest, Math.max(reach, 0));
        }
        if (lowest < 0 || highest >= memory.byteSize() / width) {
            throw new IndexOutOfBoundsException("a view of shape " + Arrays.toString(lengths) + ", strides "
                    + Arrays.toString(strides) + " and offset " + offset + " reaches elements " + lowest + " to "
                    + highest + " of a memory of " + memory.byteSize() / width);
        }
    }
}
