package dev.rankine.lora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rankine.Corners;
import java.util.stream.LongStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.statistics.StatisticsReport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CubicBudgetPropertyTest {
    /** Odd lengths, nothing before or after the fall, a fall of one step. */
    @Provide
    Arbitrary<CubicBudget> budgets() {
        Arbitrary<Integer> target = Arbitraries.integers().between(1, 300);
        Arbitrary<Integer> more = Arbitraries.integers().between(0, 900);
        Arbitrary<Long> before = Arbitraries.longs().between(0, 400);
        Arbitrary<Long> during = Arbitraries.longs().between(1, 900);
        Arbitrary<Long> after = Arbitraries.longs().between(0, 400);
        Arbitrary<Long> interval = Arbitraries.longs().between(1, 120);
        return Combinators.combine(target, more, before, during, after, interval)
                .as((t, m, ti, d, tf, i) -> new CubicBudget(t + m, t, ti, tf, ti + d + tf, i));
    }

    @Property(tries = 1000)
    @StatisticsReport(StatisticsReport.StatisticsReportMode.OFF)
    void theBudgetsReachTheirCorners(@ForAll("budgets") CubicBudget budget) {
        long fall = budget.end() - budget.warmup();
        Corners.atLeast(2, "nothing to cut", budget.initial() == budget.target());
        Corners.atLeast(1, "a single triplet left", budget.target() == 1);
        Corners.atLeast(2, "no warm-up", budget.warmup() == 0);
        Corners.atLeast(2, "nothing after the fall", budget.end() == budget.steps());
        Corners.atLeast(2, "a fall of one step", fall == 1);
        Corners.atLeast(2, "an interval longer than the fall", budget.interval() > fall);
        Corners.atLeast(20, "an interval that does not divide the fall", fall % budget.interval() != 0);
    }

    @Property
    void theEndsAreExact(@ForAll("budgets") CubicBudget budget) {
        assertThat(budget.at(0)).isEqualTo(budget.initial());
        assertThat(budget.at(budget.warmup())).isEqualTo(budget.initial());
        assertThat(budget.at(budget.end())).isEqualTo(budget.target());
        assertThat(budget.at(budget.steps())).isEqualTo(budget.target());
    }

    @Property
    void itNeverGrowsAndStaysBetweenItsEnds(@ForAll("budgets") CubicBudget budget) {
        for (long step = 1; step <= budget.steps(); step++) {
            assertThat(budget.at(step)).isBetween(budget.target(), budget.at(step - 1));
        }
    }

    @Property
    void allocationsAreTheMultiplesWithinTheFallAndItsEnd(@ForAll("budgets") CubicBudget budget) {
        long[] allocations = LongStream.rangeClosed(0, budget.steps())
                .filter(budget::isAllocation)
                .toArray();
        assertThat(allocations).hasSize((int) budget.allocations()).endsWith(budget.end());
        for (long step : allocations) {
            assertThat(step).isGreaterThan(budget.warmup());
            assertThat(step == budget.end() || step % budget.interval() == 0).isTrue();
        }
    }

    /** By hand: halfway an eighth of the difference is left. */
    @Test
    void halfwayAnEighthIsLeft() {
        CubicBudget budget = new CubicBudget(128, 64, 100, 500, 1000, 10);
        assertThat(budget.at(300)).isEqualTo(64 + 8);
        assertThat(budget.at(101)).isEqualTo(127);
        assertThat(budget.end()).isEqualTo(500);
        assertThat(budget.allocations()).isEqualTo(40);
    }

    /** The formula as it is printed, 1 - (t - ti - tf) / (T - ti - tf), jumps above b0 and misses bT. */
    @Test
    void thePrintedFormulaIsNotThisOne() {
        CubicBudget budget = new CubicBudget(864, 576, 100, 200, 1000, 10);
        double printedAtStart = 576 + 288 * Math.pow(1 - (100.0 - 100 - 200) / (1000 - 100 - 200), 3);
        double printedAtEnd = 576 + 288 * Math.pow(1 - (800.0 - 100 - 200) / (1000 - 100 - 200), 3);
        assertThat(printedAtStart).isGreaterThan(1100);
        assertThat(printedAtEnd).isGreaterThan(580);
        assertThat(budget.at(100)).isEqualTo(864);
        assertThat(budget.at(800)).isEqualTo(576);
    }

    @ParameterizedTest
    @CsvSource({
        "8, 9, 1, 1, 10, 1, at most the 8",
        "8, 0, 1, 1, 10, 1, at least 1",
        "8, 4, 5, 5, 10, 1, no step is left",
        "8, 4, 0, 10, 10, 1, no step is left",
        "8, 4, -1, 1, 10, 1, no step is left",
        "8, 4, 1, 1, 10, 0, interval"
    })
    void schedulesThatDoNotFitAreRefused(
            int initial, int target, long warmup, long cooldown, long steps, long interval, String why) {
        assertThatThrownBy(() -> new CubicBudget(initial, target, warmup, cooldown, steps, interval))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(why);
    }
}
