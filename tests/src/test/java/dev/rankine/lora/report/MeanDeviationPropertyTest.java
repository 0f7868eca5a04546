package dev.rankine.lora.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class MeanDeviationPropertyTest {
    /** Of 1 ... n: mean (n + 1) / 2, variance n (n + 1) / 12. */
    @Property(tries = 50)
    void theFirstWholeNumbersHaveTheirClosedForm(@ForAll @IntRange(min = 2, max = 300) int n) {
        MeanDeviation found =
                MeanDeviation.of(IntStream.rangeClosed(1, n).asDoubleStream().toArray());
        assertThat(found.mean()).isCloseTo((n + 1) / 2.0, within(1e-9));
        assertThat(found.deviation()).isPresent();
        assertThat(found.deviation().getAsDouble()).isCloseTo(Math.sqrt(n * (n + 1) / 12.0), within(1e-9));
        assertThat(found.count()).isEqualTo(n);
    }

    @Property(tries = 200)
    void shiftMovesTheMeanAndScaleBoth(
            @ForAll @Size(min = 2, max = 9) List<@DoubleRange(min = -100, max = 100) Double> numbers,
            @ForAll @DoubleRange(min = -10, max = 10) double shift,
            @ForAll @DoubleRange(min = -10, max = 10) double scale) {
        MeanDeviation plain =
                MeanDeviation.of(numbers.stream().mapToDouble(x -> x).toArray());
        MeanDeviation moved = MeanDeviation.of(
                numbers.stream().mapToDouble(x -> scale * x + shift).toArray());
        assertThat(moved.mean()).isCloseTo(scale * plain.mean() + shift, within(1e-9));
        assertThat(moved.deviation().getAsDouble())
                .isCloseTo(Math.abs(scale) * plain.deviation().getAsDouble(), within(1e-9));
    }

    @Example
    void oneNumberHasNoDeviation() {
        assertThat(MeanDeviation.of(.25).deviation()).isEmpty();
        assertThat(MeanDeviation.of(.25).text(3)).isEqualTo("0.250");
        assertThat(MeanDeviation.of(1, 3).text(2)).isEqualTo("2.00 ± 1.41");
    }

    @Example
    void nothingAndWhatIsNotFiniteAreRefused() {
        assertThatThrownBy(() -> MeanDeviation.of()).hasMessageContaining("no numbers");
        assertThatThrownBy(() -> MeanDeviation.of(1, Double.NaN)).hasMessageContaining("NaN");
    }
}
