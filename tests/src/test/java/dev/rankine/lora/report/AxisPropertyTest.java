package dev.rankine.lora.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.Scale;
import net.jqwik.api.constraints.Size;

class AxisPropertyTest {
    @Property
    void everyValueHasItsPlaceInOrder(
            @ForAll @Size(min = 1, max = 20) List<@DoubleRange(min = -1e6, max = 1e6) Double> values) {
        inOrder(Axis.around(values, 40, 460), values);
    }

    @Property
    void everyPositiveValueHasItsPlaceOnALogarithmicAxis(
            @ForAll @Size(min = 1, max = 20) List<@DoubleRange(min = 1e-9, max = 1e9) @Scale(9) Double> values) {
        inOrder(Axis.aroundLogarithms(values, 40, 460), values);
    }

    private static void inOrder(Axis axis, List<Double> values) {
        double last = Double.NEGATIVE_INFINITY;
        for (double value : values.stream().sorted().toList()) {
            double place = axis.place(value);
            assertThat(place).isBetween(40 - 1e-6, 460 + 1e-6).isGreaterThanOrEqualTo(last);
            last = place;
        }
    }

    @Property
    void ticksAreFewDistinctAndWithin(
            @ForAll @DoubleRange(min = -1e4, max = 1e4) double a,
            @ForAll @DoubleRange(min = 1e-4, max = 1e4) @Scale(4) double room) {
        Axis axis = Axis.around(List.of(a, a + room), 0, 100);
        List<Double> ticks = axis.ticks();
        assertThat(ticks).hasSizeBetween(2, 12);
        assertThat(ticks.stream().map(axis::label)).doesNotHaveDuplicates();
        ticks.forEach(tick -> assertThat(axis.place(tick)).isBetween(-1e-3, 100 + 1e-3));
    }

    @Example
    void ticksAreRoundNumbers() {
        Axis axis = Axis.around(List.of(0.146, 0.594), 0, 100);
        assertThat(axis.ticks().stream().map(axis::label)).containsExactly("0.1", "0.2", "0.3", "0.4", "0.5", "0.6");
        Axis logarithmic = Axis.aroundLogarithms(List.of(0.02, 3.0), 0, 100);
        assertThat(logarithmic.ticks().stream().map(logarithmic::label)).containsExactly("0.01", "0.1", "1", "10");
        assertThat(logarithmic.place(0.1)).isCloseTo(100.0 / 3, within(1e-9));
    }

    /** A fifth of the way that is a round number already is the step. */
    @Example
    void stepsAreOneTwoOrFive() {
        assertThat(Axis.around(List.of(0.0, 5.0), 0, 100).ticks()).containsExactly(0.0, 1.0, 2.0, 3.0, 4.0, 5.0);
        assertThat(Axis.around(List.of(0.0, 5.1), 0, 100).ticks()).containsExactly(0.0, 2.0, 4.0, 6.0);
        assertThat(Axis.around(List.of(0.0, 21.0), 0, 100).ticks()).containsExactly(0.0, 5.0, 10.0, 15.0, 20.0, 25.0);
        assertThat(Axis.around(List.of(0.0, 26.0), 0, 100).ticks()).containsExactly(0.0, 10.0, 20.0, 30.0);
        Axis exact = Axis.between(2, 12, false, 0, 100);
        assertThat(exact.ticks()).containsExactly(2.0, 4.0, 6.0, 8.0, 10.0, 12.0);
        assertThat(Axis.between(2, 32, true, 0, 100).place(8)).isCloseTo(50, within(1e-9));
    }

    @Example
    void oneValueAndNoneHaveAnAxis() {
        Axis lone = Axis.around(List.of(5.0), 0, 100);
        assertThat(lone.place(5)).isCloseTo(50, within(1e-9));
        assertThat(lone.low()).isPositive();
        assertThat(Axis.around(List.of(0.0), 0, 100).low()).isZero();
        assertThat(Axis.around(List.of(0.0), 0, 100).ticks()).isNotEmpty();
        assertThat(Axis.around(List.of(), 0, 100).ticks()).isNotEmpty();
    }
}
