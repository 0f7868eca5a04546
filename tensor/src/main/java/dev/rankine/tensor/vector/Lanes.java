package dev.rankine.tensor.vector;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/**
 * The vector width of this machine, and sums over the lanes of a vector by a tree that is always the same.
 *
 * <p>Kernels take raw addresses and reach them through {@link #ALL}: one constant segment, so that the JIT compiler
 * sees one kind of memory everywhere. Whoever hands out an address has checked the bounds before ({@link Matrix},
 * {@link Native}).
 *
 * <p>Kernels call methods of constants, of what they have loaded, and of what such calls give: of these the compiler knows
 * the class. A vector that a loop carries, a zero and a broadcast are arguments, since of them it knows it by guess only,
 * and where it may not guess it makes a call, for which vectors have to become objects.
 */
final class Lanes {
    static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;
    /** Floats in a vector. */
    static final int COUNT = SPECIES.length();
    /** Bytes in a vector. */
    static final int BYTES = SPECIES.vectorByteSize();

    static final ByteOrder ORDER = ByteOrder.nativeOrder();
    static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;
    static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;
    /** All addresses are below; so far that what is added to one cannot overflow. */
    static final long ADDRESSES = 1L << 62;
    /** All memory, from address 0. */
    @SuppressWarnings("restricted")
    static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

    private Lanes() {}

    /** The sum of the lanes: halves are added until one number is left. */
    static float sum(FloatVector v) {
        if (COUNT > 16) {
            return longSum(v);
        }
        if (COUNT >= 16) {
            v = Interleave.UPPER_8.selectFrom(v, v).add(v);
        }
        if (COUNT >= 8) {
            v = Interleave.UPPER_4.selectFrom(v, v).add(v);
        }
        v = Interleave.UPPER_2.selectFrom(v, v).add(v);
        return Interleave.UPPER_1.selectFrom(v, v).add(v).lane(0);
    }

    /** The largest lane; NaN if any is. */
    static float max(FloatVector v) {
        if (COUNT > 16) {
            return longMax(v);
        }
        if (COUNT >= 16) {
            v = Interleave.UPPER_8.selectFrom(v, v).max(v);
        }
        if (COUNT >= 8) {
            v = Interleave.UPPER_4.selectFrom(v, v).max(v);
        }
        v = Interleave.UPPER_2.selectFrom(v, v).max(v);
        return Interleave.UPPER_1.selectFrom(v, v).max(v).lane(0);
    }

    private static float longSum(FloatVector v) {
        float[] lanes = v.toArray();
        for (int half = lanes.length / 2; half > 0; half /= 2) {
            for (int i = 0; i < half; i++) {
                lanes[i] += lanes[i + half];
            }
        }
        return lanes[0];
    }

    private static float longMax(FloatVector v) {
        float largest = Float.NEGATIVE_INFINITY;
        for (float lane : v.toArray()) {
            largest = Math.max(largest, lane);
        }
        return largest;
    }

    /** The first {@code count} lanes. */
    static VectorMask<Float> first(int count) {
        return SPECIES.indexInRange(0, count);
    }

    /** For the line at start-up. */
    static String width() {
        return SPECIES.vectorBitSize() + "-bit vectors";
    }

    static float get(long address) {
        return ALL.get(FLOAT, address);
    }

    static void set(long address, float value) {
        ALL.set(FLOAT, address, value);
    }
}
