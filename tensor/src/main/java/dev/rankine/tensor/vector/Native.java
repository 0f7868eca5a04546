package dev.rankine.tensor.vector;

import dev.rankine.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/** The checks that stand between a view of memory and the raw addresses that kernels use. */
final class Native {
    /** A single F32 one. */
    static final MemorySegment ONE = one();

    private Native() {}

    private static MemorySegment one() {
        MemorySegment one = Arena.ofAuto().allocate(Float.BYTES, 64);
        one.set(ValueLayout.JAVA_FLOAT, 0, 1);
        return one.asReadOnly();
    }

    /**
     * Makes sure that every element of a strided view lies within {@code memory} and can be reached by address.
     *
     * @param offset the first element, in elements
     * @param lengths of the axes; with an empty axis nothing is read and every offset is good
     * @param strides in elements
     * @param width bytes of an element
     */
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

    /** The address of a tensor's first element, for who reads or writes at once, after a check that all its elements lie in its storage. */
    static long address(Tensor x) {
        x.storage().settle();
        return addressInOrder(x);
    }

    /** The same for who reads at once. */
    static long addressToRead(Tensor x) {
        x.storage().host();
        return addressInOrder(x);
    }

    /** The same for a {@link RowStep}, which comes behind others. */
    static long addressInOrder(Tensor x) {
        MemorySegment memory = x.storage().hostInOrder();
        check(memory, x.offset(), x.shape().toArray(), strides(x), x.dtype().bytes());
        return memory.address() + x.offset() * x.dtype().bytes();
    }

    static long[] strides(Tensor x) {
        long[] strides = new long[x.shape().rank()];
        for (int axis = 0; axis < strides.length; axis++) {
            strides[axis] = x.stride(axis);
        }
        return strides;
    }
}
