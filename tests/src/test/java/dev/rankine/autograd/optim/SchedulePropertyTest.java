package dev.rankine.autograd.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Scale;

/** The schedules' closed forms. */
class SchedulePropertyTest {
    @Property
    void withoutWarmUpTheRateIsExactlyLinear(
            @ForAll @Scale(9) @DoubleRange(max = 1) double rate, @ForAll @IntRange(min = 1, max = 500) int total) {
        Schedule schedule = new Schedule.Linear(rate, 0, total);
        for (int t = 0; t < total; t++) {
            assertThat(schedule.rate(t)).isEqualTo(rate * (1 - (double) t / total));
        }
    }

    @Property
    void risesThenFallsAndPeaksAtTheEndOfWarmUp(
            @ForAll @Scale(9) @DoubleRange(min = 1e-6, max = 1) double rate,
            @ForAll @IntRange(max = 50) int warmup,
            @ForAll @IntRange(min = 1, max = 50) int rest) {
        Schedule schedule = new Schedule.Linear(rate, warmup, warmup + rest);
        assertThat(schedule.rate(warmup)).isEqualTo(rate);
        assertThat(schedule.rate(0)).isEqualTo(warmup == 0 ? rate : 0);
        for (int t = 1; t < warmup + rest; t++) {
            if (t <= warmup) {
                assertThat(schedule.rate(t)).isGreaterThan(schedule.rate(t - 1));
            } else {
                assertThat(schedule.rate(t)).isLessThan(schedule.rate(t - 1)).isPositive();
            }
        }
    }

    @Example
    void aConstantIsConstant() {
        assertThat(new Schedule.Constant(0.5).rate(0)).isEqualTo(0.5);
        assertThat(new Schedule.Constant(0.5).rate(1_000_000)).isEqualTo(0.5);
    }

    @Example
    void settingsAreChecked() {
        assertThatThrownBy(() -> new Schedule.Linear(1, 5, 4)).hasMessageContaining("warm-up 5 of 4");
        assertThatThrownBy(() -> new Schedule.Linear(1, -1, 4)).hasMessageContaining("warm-up -1");
        assertThatThrownBy(() -> new Schedule.Linear(1, 0, 0)).hasMessageContaining("at least 1 step");
        assertThatThrownBy(() -> new Schedule.Linear(Double.NaN, 0, 1)).hasMessageContaining("rate");
        assertThatThrownBy(() -> new Schedule.Constant(-1)).hasMessageContaining("rate");
        assertThatThrownBy(() -> new Schedule.Linear(1, 0, 4).rate(4)).hasMessageContaining("0 to 3");
        assertThatThrownBy(() -> new Schedule.Constant(1).rate(-1)).hasMessageContaining("step -1");
    }
}
