package dev.rankine.tensor.vector;

import static dev.rankine.tensor.vector.Lanes.ALL;
import static dev.rankine.tensor.vector.Lanes.COUNT;
import static dev.rankine.tensor.vector.Lanes.INTS;
import static dev.rankine.tensor.vector.Lanes.ORDER;
import static jdk.incubator.vector.VectorOperators.GE;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.OR;
import static jdk.incubator.vector.VectorOperators.ZERO_EXTEND_S2I;

import dev.rankine.tensor.DType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/** Numbers of any storage type as floats. F16 and BF16 are exact; BF16 is the upper half of a float. */
final class Widening {
    /** Bytes of widened numbers that stay in the first cache. */
    private static final long NEAR = 1 << 14;
    /** Rows of B that {@link VectorProduct} adds together: cutting between them changes no sum. */
    private static final int TOGETHER = 8;

    private static final VectorSpecies<Short> SHORTS = ShortVector.SPECIES_PREFERRED;

    private Widening() {}

    /** Copies {@code count} numbers, {@code step} bytes apart, into floats that lie side by side. */
    static void run(DType type, long from, long step, long to, int count) {
        switch (type) {
            case F32 -> {
                if (step == Float.BYTES) {
                    MemorySegment.copy(ALL, from, ALL, to, 4L * count);
                    return;
                }
                for (int i = 0; i < count; i++) {
                    Lanes.set(to + 4L * i, Lanes.get(from + i * step));
                }
            }
            case F16 -> {
                if (step == Short.BYTES) {
                    halves(from, to, count);
                    return;
                }
                for (int i = 0; i < count; i++) {
                    Lanes.set(to + 4L * i, Float.float16ToFloat(half(from + i * step)));
                }
            }
            case BF16 -> {
                if (step == Short.BYTES) {
                    upperHalves(from, to, count);
                    return;
                }
                for (int i = 0; i < count; i++) {
                    Lanes.set(to + 4L * i, Float.intBitsToFloat(half(from + i * step) << 16));
                }
            }
            case F64 -> {
                for (int i = 0; i < count; i++) {
                    Lanes.set(to + 4L * i, (float) ALL.get(ValueLayout.JAVA_DOUBLE_UNALIGNED, from + i * step));
                }
            }
            case I64 -> {
                for (int i = 0; i < count; i++) {
                    Lanes.set(to + 4L * i, (float) ALL.get(Lanes.LONG, from + i * step));
                }
            }
        }
    }

    private static short half(long address) {
        return ALL.get(ValueLayout.JAVA_SHORT_UNALIGNED, address);
    }

    private static void upperHalves(long from, long to, int count) {
        for (int i = 0; i < count; i += COUNT) {
            VectorMask<Short> read = SHORTS.indexInRange(0, Math.min(COUNT, count - i));
            VectorMask<Integer> written = INTS.indexInRange(0, count - i);
            ((IntVector) ShortVector.fromMemorySegment(SHORTS, ALL, from + 2L * i, ORDER, read)
                            .convertShape(ZERO_EXTEND_S2I, INTS, 0))
                    .lanewise(LSHL, 16)
                    .intoMemorySegment(ALL, to + 4L * i, ORDER, written);
        }
    }

    /**
     * Exponent and fraction moved to their places in a float are the number times 2^-112, subnormal ones too; infinity and
     * NaN have all bits of the exponent set.
     */
    private static void halves(long from, long to, int count) {
        for (int i = 0; i < count; i += COUNT) {
            VectorMask<Short> read = SHORTS.indexInRange(0, Math.min(COUNT, count - i));
            VectorMask<Integer> written = INTS.indexInRange(0, count - i);
            IntVector half = (IntVector) ShortVector.fromMemorySegment(SHORTS, ALL, from + 2L * i, ORDER, read)
                    .convertShape(ZERO_EXTEND_S2I, INTS, 0);
            IntVector magnitude = half.and(0x7FFF).lanewise(LSHL, 13);
            IntVector bits = magnitude.reinterpretAsFloats().mul(0x1p112f).reinterpretAsInts();
            VectorMask<Integer> unbounded = magnitude.compare(GE, 0x7C00 << 13);
            bits.lanewise(OR, 0x7F800000, unbounded)
                    .or(half.and(0x8000).lanewise(LSHL, 16))
                    .intoMemorySegment(ALL, to + 4L * i, ORDER, written);
        }
    }

    /** The product with all of B widened first: for one that is small. */
    static Product whole(Product p, Scratch scratch) {
        long to = scratch.widened(4L * p.k() * p.n());
        if (p.bRunsAlongK()) {
            for (int j = 0; j < p.n(); j++) {
                run(p.bType(), p.b() + j * p.bColumn(), p.bRow(), to + 4L * j * p.k(), p.k());
            }
            return p.withB(to, Float.BYTES, 4L * p.k());
        }
        for (int k = 0; k < p.k(); k++) {
            run(p.bType(), p.b() + k * p.bRow(), p.bColumn(), to + 4L * k * p.n(), p.n());
        }
        return p.withB(to, 4L * p.n(), Float.BYTES);
    }

    /** The product of one row, with B widened piece by piece: nothing of it leaves the first cache. */
    static void vectorProduct(Product p, Scratch scratch) {
        if (p.bRunsAlongN() && p.n() > 1) {
            int steps = Packing.roundUp((int) Math.max(1, NEAR / (4L * p.n())), TOGETHER);
            for (int k = 0; k < p.k(); k += steps) {
                VectorProduct.run(whole(p.steps(k, Math.min(steps, p.k() - k)), scratch));
            }
        } else {
            int columns = (int) Math.max(1, NEAR / (4L * p.k()));
            for (int j = 0; j < p.n(); j += columns) {
                VectorProduct.run(whole(p.columns(j, Math.min(columns, p.n() - j)), scratch));
            }
        }
    }
}
