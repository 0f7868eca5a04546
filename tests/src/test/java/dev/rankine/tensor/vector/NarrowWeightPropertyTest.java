package dev.rankine.tensor.vector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rankine.tensor.Backend;
import dev.rankine.tensor.DType;
import dev.rankine.tensor.DelegatingBackend;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterContainer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A weight of F16 or BF16 gives, in every kernel and by default, the bits that its numbers in F32 give. */
class NarrowWeightPropertyTest {
    private static final VectorBackend BACKEND = new VectorBackend(3);

    @AfterContainer
    static void close() {
        BACKEND.close();
    }

    private static Tensor random(Random random, int... lengths) {
        return Canary.random(BACKEND, random, lengths);
    }

    @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
    void linear(
            @ForAll("lengths") int rows,
            @ForAll("lengths") int inputs,
            @ForAll("lengths") int outputs,
            @ForAll("types") DType type,
            @ForAll boolean transposed,
            @ForAll boolean adapted,
            @ForAll long seed) {
        Random random = new Random(seed);
        Tensor x = random(random, rows, inputs);
        Tensor given = transposed ? random(random, inputs, outputs) : random(random, outputs, inputs);
        Tensor stored = given.clone(type);
        Tensor wide = stored.clone(DType.F32);
        Backend.LowRankTerm update =
                adapted ? new Backend.LowRankTerm(random(random, rows, 3), random(random, outputs, 3)) : null;
        Tensor bias = adapted ? random(random, outputs) : null;
        Canary expected = new Canary(rows * outputs);
        Canary got = new Canary(rows * outputs);
        linear(x, transposed ? wide.transpose(0, 1) : wide, bias, update, expected, outputs);
        linear(x, transposed ? stored.transpose(0, 1) : stored, bias, update, got, outputs);
        assertThat(got.bits()).isEqualTo(expected.bits());
        expected.checkBorders();
        got.checkBorders();
    }

    private static void linear(
            Tensor x,
            Tensor weight,
            @Nullable Tensor bias,
            Backend.@Nullable LowRankTerm update,
            Canary out,
            int outputs) {
        BACKEND.linear(x, weight, bias, update, out.over(BACKEND, x.shape().dim(0), outputs));
    }

    @Provide
    Arbitrary<Integer> lengths() {
        return Arbitraries.oneOf(
                Arbitraries.integers().between(0, 40), Arbitraries.of(1, 8, 16, 64, 100, 257), Arbitraries.of(800));
    }

    @Provide
    Arbitrary<DType> types() {
        return Arbitraries.of(DType.F16, DType.BF16);
    }

    /** Each of the 65,536 numbers, at any place within a vector. NaN stays NaN. */
    @ParameterizedTest
    @EnumSource(names = {"F16", "BF16"})
    void everyNumberIsWidenedExactly(DType type) {
        int count = 1 << 16;
        MemorySegment stored = Arena.ofAuto().allocate(2L * count + 2).asSlice(2);
        for (int i = 0; i < count; i++) {
            stored.setAtIndex(ValueLayout.JAVA_SHORT_UNALIGNED, i, (short) i);
        }
        for (int from : new int[] {0, 1, 5}) {
            Canary wide = new Canary(count - from);
            Widening.run(type, stored.address() + 2L * from, 2, wide.address(), count - from);
            for (int i = from; i < count; i++) {
                float expected = type == DType.F16 ? Float.float16ToFloat((short) i) : Float.intBitsToFloat(i << 16);
                float got = wide.get(i - from);
                if (Float.isNaN(expected) ? !Float.isNaN(got) : bits(expected) != bits(got)) {
                    throw new AssertionError(type + " " + Integer.toHexString(i) + ": " + got + " not " + expected);
                }
            }
            wide.checkBorders();
        }
    }

    private static int bits(float value) {
        return Float.floatToRawIntBits(value);
    }

    /** The default body widens some rows at a time: the last part is smaller than the others. */
    @ParameterizedTest
    @EnumSource(names = {"F16", "BF16"})
    void theDefaultBodyWidensToo(DType type) {
        Backend primitives = new DelegatingBackend(BACKEND);
        Random random = new Random(1);
        Tensor x = random(random, 2, 1 << 20);
        Tensor weight = random(random, 9, 1 << 20).clone(type);
        Tensor out = Tensor.zeros(BACKEND, DType.F32, Shape.of(2, 9));
        Tensor composed = Tensor.zeros(primitives, DType.F32, Shape.of(2, 9));
        BACKEND.linear(x, weight, null, null, out);
        primitives.linear(of(primitives, x), of(primitives, weight), null, null, composed);
        assertThat(composed.toDoubles()).usingComparatorWithPrecision(0.1).containsExactly(out.toDoubles());
    }

    private static Tensor of(Backend backend, Tensor x) {
        return Tensor.over(backend, x.storage(), x.shape());
    }

    @Test
    void onlyTheWeightMayBeNarrow() {
        Tensor x = Tensor.zeros(BACKEND, DType.BF16, Shape.of(2, 3));
        Tensor w = Tensor.zeros(BACKEND, DType.F32, Shape.of(4, 3));
        Tensor out = Tensor.zeros(BACKEND, DType.F32, Shape.of(2, 4));
        assertThatThrownBy(() -> BACKEND.linear(x, w, null, null, out)).hasMessageContaining("computes in F32");
        assertThatThrownBy(() -> BACKEND.matmul(x, w.transpose(0, 1), out, false))
                .hasMessageContaining("computes in F32");
    }
}
