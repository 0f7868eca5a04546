package dev.rankine.lora.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rankine.transformer.train.MetricsEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PaceTest {
    private static MetricsEntry line(long step, double seconds, double parameters) {
        return new MetricsEntry(step, Map.of(MetricsEntry.SECONDS, seconds, MetricsEntry.PARAMETERS, parameters));
    }

    @Test
    void mediansBeforeTheFirstAndAfterTheLastPruning() {
        List<MetricsEntry> log = List.of(
                new MetricsEntry(0, Map.of(MetricsEntry.SECONDS, 0.0, "exact", .1)),
                line(10, 9, 100),
                line(20, 9.5, 100),
                line(30, 10.0, 100),
                new MetricsEntry(30, Map.of(MetricsEntry.SECONDS, 10.0, "exact", .2)),
                line(40, 13, 100),
                line(50, 20, 60),
                line(60, 27, 40),
                line(70, 27.2, 40),
                line(75, 27.3, 40));
        Pace pace = Pace.of(log);
        assertThat(pace.msBefore()).hasValue(50);
        assertThat(pace.msAfter().getAsDouble()).isBetween(19.9999, 20.0001);
        assertThat(Pace.curve(log)).hasSize(7).first().isEqualTo(new Point(20, 50));
    }

    /** The JIT warms up in the first tenth, its last step included. */
    @Test
    void theCurveBeginsBehindTheFirstTenth() {
        List<MetricsEntry> log = new ArrayList<>();
        for (int step = 0; step <= 100; step += 5) {
            log.add(line(step, step, 7));
        }
        assertThat(Pace.curve(log)).extracting(Point::x).startsWith(15.0, 20.0).endsWith(100.0);
    }

    @Test
    void withoutPruningThereIsNoAfter() {
        Pace pace = Pace.of(List.of(line(1, 1, 7), line(2, 3, 7), line(3, 6, 7)));
        assertThat(pace.msBefore()).hasValue(2500);
        assertThat(pace.msAfter()).isEmpty();
    }

    @Test
    void aLogTooShortTellsNothing() {
        assertThat(Pace.of(new ArrayList<>()).msBefore()).isEmpty();
        assertThat(Pace.of(List.of(line(1, 1, 7))).msBefore()).isEmpty();
        assertThat(Pace.of(List.of(line(1, 1, 7), line(2, 2, 5))).msBefore()).isEmpty();
    }
}
