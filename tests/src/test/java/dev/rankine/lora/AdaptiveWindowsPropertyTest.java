package dev.rankine.lora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rankine.Corners;
import dev.rankine.lora.AdaptiveWindows.Window;
import java.util.List;
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

class AdaptiveWindowsPropertyTest {
    @Provide
    Arbitrary<AdaptiveWindows> schedules() {
        Arbitrary<Integer> target = Arbitraries.integers().between(1, 300);
        Arbitrary<Integer> more = Arbitraries.integers().between(0, 900);
        Arbitrary<Long> warmup = Arbitraries.longs().between(0, 300);
        Arbitrary<Integer> first = Arbitraries.integers().between(1, 30);
        Arbitrary<Integer> growth = Arbitraries.integers().between(0, 200);
        Arbitrary<Long> rest = Arbitraries.longs().between(0, 900);
        return Combinators.combine(target, more, warmup, first, growth, rest)
                .as((t, m, ni, ti, g, l) -> new AdaptiveWindows(t + m, t, ni, ti + g + l, ti, ti + g));
    }

    @Property(tries = 1000)
    @StatisticsReport(StatisticsReport.StatisticsReportMode.OFF)
    void theSchedulesReachTheirCorners(@ForAll("schedules") AdaptiveWindows schedule) {
        Corners.atLeast(2, "nothing to cut", schedule.initial() == schedule.target());
        Corners.atLeast(2, "no warm-up", schedule.warmup() == 0);
        Corners.atLeast(2, "windows of one step at first", schedule.first() == 1);
        Corners.atLeast(2, "windows that do not grow", schedule.first() == schedule.last());
        Corners.atLeast(30, "windows that grow", schedule.first() < schedule.last());
    }

    @Property
    void theEndsAreExact(@ForAll("schedules") AdaptiveWindows schedule) {
        assertThat(schedule.budget(0)).isEqualTo(schedule.initial());
        assertThat(schedule.budget(schedule.warmup())).isEqualTo(schedule.initial());
        assertThat(schedule.budget(schedule.end())).isEqualTo(schedule.target());
        assertThat(schedule.length(schedule.warmup())).isEqualTo(schedule.first());
        assertThat(schedule.length(schedule.end())).isEqualTo(schedule.last());
    }

    @Property
    void windowsNeverShrinkAndRanksNeverGrow(@ForAll("schedules") AdaptiveWindows schedule) {
        for (long step = 1; step <= schedule.end(); step++) {
            assertThat(schedule.length(step)).isBetween(schedule.length(step - 1), schedule.last());
            assertThat(schedule.budget(step)).isBetween(schedule.target(), schedule.budget(step - 1));
        }
    }

    @Property
    void windowsCoverTheAllocationPhaseWithoutGaps(@ForAll("schedules") AdaptiveWindows schedule) {
        List<Window> windows = schedule.windows();
        long before = schedule.warmup();
        for (Window window : windows) {
            assertThat(window.before()).isEqualTo(before);
            assertThat(window.length()).isBetween(1, schedule.length(before));
            before = window.end();
        }
        assertThat(before).isEqualTo(schedule.end());
        // only the last one may be cut short
        for (Window window : windows.subList(0, windows.size() - 1)) {
            assertThat(window.length()).isEqualTo(schedule.length(window.before()));
        }
    }

    /** The authors' CoLA run: ni = 800, nf = 2000, 1080 triplets to 144. */
    @Test
    void theWindowsOfThePapersCoLaRun() {
        AdaptiveWindows schedule = new AdaptiveWindows(1080, 144, 800, 2000, 10, 200);
        List<Long> ends = schedule.windows().stream().map(Window::end).toList();
        assertThat(ends).startsWith(810L, 823L).endsWith(2763L, 2800L).hasSize(21);
        assertThat(schedule.budget(2800)).isEqualTo(144);
        // the released schedule stops at c = nf / (ni + nf) and keeps 158
        double left = 1 - 2000.0 / 2800;
        long stuck = Math.round(200 + (10 - 200) * Math.pow(left, 3));
        assertThat(1080 - stuck / 200.0 * (1080 - 144)).isBetween(157.0, 173.0);
    }

    @ParameterizedTest
    @CsvSource({
        "8, 9, 1, 10, 1, 2, at most the 8",
        "8, 0, 1, 10, 1, 2, at least 1",
        "8, 4, -1, 10, 1, 2, warm-up",
        "8, 4, 1, 0, 1, 2, at least 1 step",
        "8, 4, 1, 10, 0, 2, begin with at least 1",
        "8, 4, 1, 10, 3, 2, not shrink",
        "8, 4, 1, 10, 3, 11, fit into 10"
    })
    void schedulesThatDoNotFitAreRefused(
            int initial, int target, long warmup, long allocation, int first, int last, String why) {
        assertThatThrownBy(() -> new AdaptiveWindows(initial, target, warmup, allocation, first, last))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(why);
    }
}
