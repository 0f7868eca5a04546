package dev.rankine.tensor.vector;

import dev.rankine.tensor.DType;
import dev.rankine.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * One matrix, or a batch of them, in native memory, with any strides. Its bounds are checked here, once: kernels go by
 * the address. It is of F32, or of F16 or BF16 where a product may {@link Gemm#sum widen} it.
 */
final class Matrix {
    /** In bytes. */
    private static final int CACHE_LINE = 64;

    final int rows;
    final int columns;
    /** Strides in elements. */
    final long rowStride;

    final long columnStride;
    final DType type;
    private final long address;
    private final int[] batch;
    private final long[] batchStrides;
    private final MemorySegment memory;

    /** A matrix of F32; see {@link #Matrix(MemorySegment, DType, long, int[], long[])}. */
    Matrix(MemorySegment memory, long offset, int[] lengths, long[] strides) {
        this(memory, DType.F32, offset, lengths, strides);
    }

    /**
     * @param offset the first element's place in {@code memory}, in elements
     * @param lengths of all axes, the last two being rows and columns
     * @param strides of all axes, in elements
     * @throws IndexOutOfBoundsException if an element lies outside {@code memory}
     */
    Matrix(MemorySegment memory, DType type, long offset, int[] lengths, long[] strides) {
        int leading = lengths.length - 2;
        if (leading < 0 || lengths.length != strides.length) {
            throw new IllegalArgumentException("a matrix needs two axes or more and a stride for each, got "
                    + Arrays.toString(lengths) + " and " + Arrays.toString(strides));
        }
        Native.check(memory, offset, lengths, strides, type.bytes());
        this.memory = memory;
        this.type = type;
        address = memory.address() + type.bytes() * offset;
        rows = lengths[leading];
        columns = lengths[leading + 1];
        columnStride = strides[leading + 1];
        batch = Arrays.copyOf(lengths, leading);
        batchStrides = Arrays.copyOf(strides, leading);
        rowStride = rows == 1 ? innermostStride() : strides[leading];
    }

    /** The last two axes of a tensor as matrices, the others as their batch; for work that comes behind what was put off. */
    static Matrix of(Tensor x) {
        return new Matrix(
                x.storage().hostInOrder(), x.dtype(), x.offset(), x.shape().toArray(), Native.strides(x));
    }

    /** A column of as many ones. */
    static Matrix ones(int rows) {
        return new Matrix(Native.ONE, 0, new int[] {rows, 1}, new long[] {0, 1});
    }

    /** A single row may have any stride; this one continues the batch if it can be seen as one tall matrix. */
    private long innermostStride() {
        for (int axis = batch.length - 1; axis >= 0; axis--) {
            if (batch[axis] > 1) {
                return batchStrides[axis];
            }
        }
        return columns;
    }

    /** What all elements take, gaps left out. */
    long bytes() {
        return (long) count() * rows * columns * type.bytes();
    }

    /**
     * Reads a number of every cache line of matrix {@code index} in the order of memory, which the processor foresees. Packing
     * jumps from row to row and would wait for each line. Matrices with gaps are left alone.
     *
     * @return their sum, so that the JIT reads them
     */
    float readAhead(int index) {
        boolean gapless = columnStride == 1 && rowStride == columns || rowStride == 1 && columnStride == rows;
        if (!gapless || type != DType.F32) {
            return 0;
        }
        float sum = 0;
        long from = address(index);
        long end = from + (long) Float.BYTES * rows * columns;
        for (long at = from; at < end; at += CACHE_LINE) {
            sum += Lanes.get(at);
        }
        return sum;
    }

    /** How many matrices. */
    int count() {
        int count = 1;
        for (int length : batch) {
            count = Math.multiplyExact(count, length);
        }
        return count;
    }

    /** The address of matrix {@code index}, in row-major order of the leading axes. */
    long address(int index) {
        long place = 0;
        int left = index;
        for (int axis = batch.length - 1; axis >= 0 && left > 0; axis--) {
            place += batchStrides[axis] * (left % batch[axis]);
            left /= batch[axis];
        }
        return address + type.bytes() * place;
    }

    /** Whether every matrix is the same memory. */
    boolean isShared() {
        for (int axis = 0; axis < batch.length; axis++) {
            if (batch[axis] > 1 && batchStrides[axis] != 0) {
                return false;
            }
        }
        return true;
    }

    /** Whether the rows of all matrices follow each other at one stride, so that the batch is one tall matrix. */
    boolean isTall() {
        long expected = rows * rowStride;
        for (int axis = batch.length - 1; axis >= 0; axis--) {
            if (batch[axis] > 1 && batchStrides[axis] != expected) {
                return false;
            }
            expected *= batch[axis];
        }
        return true;
    }

    /** Whether two different places of the batch or of a matrix may be the same memory, as after a broadcast. */
    boolean isBroadcast() {
        boolean repeated = rows > 1 && rowStride == 0 || columns > 1 && columnStride == 0;
        for (int axis = 0; axis < batch.length; axis++) {
            repeated |= batch[axis] > 1 && batchStrides[axis] == 0;
        }
        return repeated;
    }

    boolean hasBatchOf(Matrix other) {
        return Arrays.equals(batch, other.batch);
    }

    /** What keeps the memory from being collected; for a reachability fence. */
    MemorySegment memory() {
        return memory;
    }

    /** The shape as errors print it. */
    @Override
    public String toString() {
        int[] all = Arrays.copyOf(batch, batch.length + 2);
        all[batch.length] = rows;
        all[batch.length + 1] = columns;
        return Arrays.toString(all);
    }
}
