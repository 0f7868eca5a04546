package dev.rankine.tensor.vector;

import static dev.rankine.tensor.vector.Lanes.ALL;
import static dev.rankine.tensor.vector.Lanes.FLOAT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Memory of one thread where operands are made ready for kernels, which know whole vectors without gaps only: rows with
 * a stride are collected, a repeated number becomes a vector of copies, and what is left over at the end of a row is
 * padded.
 */
final class Stage {
    /** Floats of a slot. */
    static final int SLOT = 1024;

    private static final int SLOTS = 4;
    private final MemorySegment memory = Arena.ofAuto().allocate(4L * SLOTS * SLOT, 64);

    private final MemorySegment[] matrices = {MemorySegment.NULL, MemorySegment.NULL, MemorySegment.NULL};

    /** The address of a slot. */
    long slot(int index) {
        return memory.address() + 4L * index * SLOT;
    }

    /** One of three pieces of room for a matrix of {@code bytes} bytes. Its content is lost at the next call. */
    long matrix(int index, long bytes) {
        if (matrices[index].byteSize() < bytes) {
            matrices[index] = Arena.ofAuto().allocate(bytes, 64);
        }
        return matrices[index].address();
    }

    /** Copies {@code count} floats, {@code step} bytes apart, into a slot. */
    long collect(int index, long from, long step, int count) {
        long to = slot(index);
        if (step == Float.BYTES) {
            MemorySegment.copy(ALL, from, ALL, to, Float.BYTES * (long) count);
        } else {
            for (int i = 0; i < count; i++) {
                ALL.set(FLOAT, to + i * (long) Float.BYTES, ALL.get(FLOAT, from + i * step));
            }
        }
        return to;
    }

    /** Copies {@code count} floats from a slot to where they lie {@code step} bytes apart. */
    void scatter(int index, long to, long step, int count) {
        long from = slot(index);
        if (step == Float.BYTES) {
            MemorySegment.copy(ALL, from, ALL, to, Float.BYTES * (long) count);
        } else {
            for (int i = 0; i < count; i++) {
                ALL.set(FLOAT, to + i * step, ALL.get(FLOAT, from + i * (long) Float.BYTES));
            }
        }
    }

    /** A vector of copies of the float at {@code from}. */
    long repeat(int index, long from) {
        long to = slot(index);
        VectorMath.ONE.mul(ALL.get(FLOAT, from)).intoMemorySegment(ALL, to, Lanes.ORDER);
        return to;
    }
}
