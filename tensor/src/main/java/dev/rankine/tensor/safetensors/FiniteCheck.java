package dev.rankine.tensor.safetensors;

import dev.rankine.tensor.DType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.stream.LongStream;

/**
 * Looks for NaN and infinity in stored numbers: in every binary format they are the ones whose exponent is all ones. Eight
 * bytes are tested at once, so that a billion weights are read as fast as memory gives them.
 */
final class FiniteCheck {
    private static final long CHUNK = 1L << 20;
    private static final ValueLayout.OfLong EIGHT_BYTES = ValueLayout.JAVA_LONG_UNALIGNED;

    /** The exponent and the sign of every element in eight bytes. */
    private record Bits(long exponents, long signs) {
        static Bits of(int bytes, long exponent) {
            long exponents = 0;
            long signs = 0;
            for (int shift = 0; shift < Long.SIZE; shift += bytes * Byte.SIZE) {
                exponents |= exponent << shift;
                signs |= 1L << shift + bytes * Byte.SIZE - 1;
            }
            return new Bits(exponents, signs);
        }

        /**
         * A word whose sign bits are all set if every element of {@code word} is finite: what is left of an exponent
         * that is not all ones carries into the sign when all ones are added, and no further.
         */
        long test(long word) {
            return (~word & exponents) + exponents;
        }
    }

    private FiniteCheck() {}

    static boolean of(MemorySegment data, DType dtype) {
        return switch (dtype) {
            case F32 -> of(data, Bits.of(4, 0x7F80_0000L));
            case F64 -> of(data, Bits.of(8, 0x7FF0_0000_0000_0000L));
            case F16 -> of(data, Bits.of(2, 0x7C00L));
            case BF16 -> of(data, Bits.of(2, 0x7F80L));
            case I64 -> true;
        };
    }

    private static boolean of(MemorySegment data, Bits bits) {
        long chunks = (data.byteSize() + CHUNK - 1) / CHUNK;
        return LongStream.range(0, chunks).parallel().allMatch(chunk -> {
            long from = chunk * CHUNK;
            return isFinite(data.asSlice(from, Math.min(CHUNK, data.byteSize() - from)), bits);
        });
    }

    private static boolean isFinite(MemorySegment data, Bits bits) {
        long whole = data.byteSize() / Long.BYTES * Long.BYTES;
        long tests = -1;
        for (long i = 0; i < whole; i += Long.BYTES) {
            tests &= bits.test(data.get(EIGHT_BYTES, i));
        }
        // zeros fill the last word up
        long rest = 0;
        for (long i = whole; i < data.byteSize(); i++) {
            rest |= (data.get(ValueLayout.JAVA_BYTE, i) & 0xFFL) << (i - whole) * Byte.SIZE;
        }
        tests &= bits.test(rest);
        return (tests & bits.signs) == bits.signs;
    }
}
