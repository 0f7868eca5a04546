package dev.rankine.tensor.safetensors;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rankine.tensor.DType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

/** NaN and infinity are found in any type, at any place, and nothing else is taken for them. */
class FiniteCheckTest {
    @Provide
    Arbitrary<DType> types() {
        return Arbitraries.of(DType.F32, DType.F64, DType.F16, DType.BF16);
    }

    /** The bits of a number: exponent all ones (not finite) or all ones but the lowest (the largest numbers). */
    private static long bits(DType type, boolean finite, boolean negative, long fraction) {
        int digits = switch (type) {
            case F32 -> 23;
            case F64 -> 52;
            case F16 -> 10;
            case BF16 -> 7;
            case I64 -> throw new AssertionError();
        };
        int width = type.bytes() * 8;
        long exponent = (1L << width - 1 - digits) - (finite ? 2 : 1);
        return (negative ? 1L << width - 1 : 0) | exponent << digits | fraction & (1L << digits) - 1;
    }

    private static void put(MemorySegment data, DType type, int place, long bits) {
        long at = (long) place * type.bytes();
        switch (type.bytes()) {
            case 2 -> data.set(ValueLayout.JAVA_SHORT_UNALIGNED, at, (short) bits);
            case 4 -> data.set(ValueLayout.JAVA_INT_UNALIGNED, at, (int) bits);
            default -> data.set(ValueLayout.JAVA_LONG_UNALIGNED, at, bits);
        }
    }

    @Property(tries = 300)
    void oneBadNumberAmongTheLargestIsFound(
            @ForAll("types") DType type,
            @ForAll @IntRange(min = 1, max = 41) int count,
            @ForAll @IntRange(max = 40) int place,
            @ForAll boolean negative,
            @ForAll long fraction) {
        MemorySegment data = MemorySegment.ofArray(new byte[count * type.bytes()]);
        for (int i = 0; i < count; i++) {
            put(data, type, i, bits(type, true, i % 2 == 0, fraction));
        }
        assertThat(FiniteCheck.of(data, type)).isTrue();
        put(data, type, place % count, bits(type, false, negative, fraction));
        assertThat(FiniteCheck.of(data, type)).isFalse();
    }

    @Example
    void manyChunksAreReadToTheLastNumber() {
        int count = 3 * (1 << 19) + 1;
        MemorySegment data = MemorySegment.ofArray(new byte[2 * count]);
        assertThat(FiniteCheck.of(data, DType.BF16)).isTrue();
        put(data, DType.BF16, count - 1, 0x7F80);
        assertThat(FiniteCheck.of(data, DType.BF16)).isFalse();
        assertThat(FiniteCheck.of(MemorySegment.ofArray(new byte[0]), DType.F32))
                .isTrue();
    }
}
