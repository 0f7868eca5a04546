package dev.rankine.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rankine.tensor.reference.ReferenceBackend;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.domains.Domain;
import net.jqwik.api.domains.DomainContext;
import org.junit.jupiter.api.Test;

@Domain(TensorDomain.class)
@Domain(DomainContext.Global.class)
class TensorTest {
    private static final int ALL_HALVES = 1 << 16;

    private final Backend backend = new ReferenceBackend();

    @Property(tries = 100)
    void readingGivesWhatWasWritten(@ForAll Shape shape, @ForAll Layout layout, @ForAll long seed) {
        Samples samples = new Samples(backend, seed);
        double[] values = samples.of(DType.F64, shape, Layout.ROW_MAJOR).toDoubles();
        if (layout == Layout.BROADCAST) {
            return; // several elements in one place cannot all be written
        }
        Tensor x = samples.of(DType.F64, shape, layout);
        long version = x.storage().version();
        x.write(values);
        assertThat(x.toDoubles()).containsExactly(values);
        assertThat(x.storage().version()).isGreaterThan(version);
    }

    @Test
    void writingKnowsTypeAndCount() {
        Tensor x = Tensor.zeros(backend, DType.F32, Shape.of(2, 2));
        assertThatThrownBy(() -> x.write(1.0, 2.0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("shape [2, 2] takes 4 values, got 2");
        assertThatThrownBy(() -> x.write(1L, 2L, 3L, 4L)).hasMessageContaining("expected a tensor of I64, got F32");
        assertThatThrownBy(x::toLongs).hasMessageContaining("expected a tensor of I64");
        Tensor half = Tensor.zeros(backend, DType.F16, Shape.of(1));
        assertThatThrownBy(() -> half.write(1.0)).hasMessage("write: a tensor of F16 takes no doubles");
        assertThatThrownBy(x::item)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("item: [2, 2] has 4 elements, not 1");
    }

    @Test
    void integersKeepAllTheirDigits() {
        long odd = (1L << 53) + 1;
        Tensor x = Tensor.ofLongs(backend, Shape.of(3), odd, -odd, Long.MIN_VALUE);
        assertThat(x.toLongs()).containsExactly(odd, -odd, Long.MIN_VALUE);
        assertThat(x.copy("copy", DType.I64).toLongs()).containsExactly(odd, -odd, Long.MIN_VALUE);
        assertThatThrownBy(() -> Tensor.scalar(backend, DType.F32, 1).copy("copy", DType.I64))
                .hasMessageStartingWith("copy: a tensor of F32 does not fit into");
    }

    /** The definition of IEEE 754 binary16: sign, 5 bits of exponent, 10 of fraction. */
    @Test
    void everyF16IsWidenedExactly() {
        double[] expected = new double[ALL_HALVES];
        for (int bits = 0; bits < ALL_HALVES; bits++) {
            int exponent = bits >> 10 & 31;
            double fraction = (bits & 1023) / 1024.0;
            double size = exponent == 0 ? Math.scalb(fraction, -14) : Math.scalb(1 + fraction, exponent - 15);
            if (exponent == 31) {
                size = fraction == 0 ? Double.POSITIVE_INFINITY : Double.NaN;
            }
            expected[bits] = bits >= 1 << 15 ? -size : size;
        }
        assertThat(allHalves(DType.F16).copy("widen", DType.F32).toDoubles()).containsExactly(expected);
    }

    /** BF16 is the upper half of binary32. */
    @Test
    void everyBf16IsWidenedExactlyAndNarrowedBack() {
        Tensor halves = allHalves(DType.BF16);
        float[] wide = new float[ALL_HALVES];
        for (int bits = 0; bits < ALL_HALVES; bits++) {
            wide[bits] = Float.intBitsToFloat(bits << 16);
        }
        assertThat(halves.copy("widen", DType.F32).toFloats()).containsExactly(wide);
        assertThat(halves.copy("widen", DType.F32).copy("narrow", DType.BF16).toFloats())
                .containsExactly(wide);
    }

    @Test
    void narrowingRoundsToNearestTiesToEven() {
        double step = Math.scalb(1, -7); // of BF16 between 1 and 2
        Tensor x = Tensor.of(
                backend, DType.F32, Shape.of(5), 1 + step / 2, 1 + 1.5 * step, 1 + 0.51 * step, Float.MAX_VALUE, -0.0);
        assertThat(x.copy("narrow", DType.BF16).toDoubles())
                .containsExactly(1, 1 + 2 * step, 1 + step, Double.POSITIVE_INFINITY, -0.0);
    }

    private Tensor allHalves(DType dtype) {
        MemorySegment memory = Arena.ofAuto().allocate(2L * ALL_HALVES, 2);
        for (int bits = 0; bits < ALL_HALVES; bits++) {
            memory.setAtIndex(ValueLayout.JAVA_SHORT, bits, (short) bits);
        }
        return Tensor.over(backend, Storage.over(memory, dtype), Shape.of(ALL_HALVES));
    }

    @Property(tries = 100)
    void copyingConvertsWhateverTheLayouts(
            @ForAll Shape shape, @ForAll Layout from, @ForAll Layout to, @ForAll long seed) {
        if (to == Layout.BROADCAST) {
            return;
        }
        Samples samples = new Samples(backend, seed);
        Tensor x = samples.of(DType.F64, shape, from);
        Tensor out = samples.of(DType.F32, shape, to);
        backend.copy(x, out);
        assertThat(out.toDoubles()).containsExactly(x.toDoubles());
        backend.fill(out, 0.5);
        assertThat(out.toDoubles()).containsOnly(shape.size() == 0 ? new double[0] : new double[] {0.5});
    }

    @Test
    void aSharedStorageShowsThroughItsViews() {
        Tensor x = Tensor.of(backend, Shape.of(2, 3), 1, 2, 3, 4, 5, 6);
        Tensor column = x.slice(1, 1, 2);
        x.write(new double[] {10, 20, 30, 40, 50, 60});
        assertThat(column.toDoubles()).containsExactly(20, 50);
        assertThat(column.isSameAs(x.slice(1, 1, 2))).isTrue();
        assertThat(column.isSameAs(x.slice(1, 2, 3))).isFalse();
        assertThat(x.clone(DType.F32).storage()).isNotSameAs(x.storage());
    }

    @Test
    void aShapeLargerThanItsStorageIsRefused() {
        Storage storage = Storage.allocate(DType.F32, 5);
        assertThatThrownBy(() -> Tensor.over(backend, storage, Shape.of(2, 3)))
                .hasMessage("shape [2, 3] needs 6 elements, the storage has 5");
    }

    @Test
    void saysWhatItIs() {
        Tensor x = Tensor.of(backend, Shape.of(2), 1, 2);
        assertThat(x).hasToString("F32 [2] by leaf");
        assertThat(x.plus(x)).hasToString("F32 [2] by ADD");
        assertThat(x.map(Unary.EXP).origin()).isEqualTo("EXP");
    }
}
