package dev.rankine.lora.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rankine.lora.SparsifyingSchedule;
import dev.rankine.lora.SparsifyingScheduler;
import dev.rankine.lora.SparsifyingScheduler.Quality;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The picture of the sparsifying scheduler. */
class SparsifyingReportTest {
    @TempDir
    Path folder;

    @Test
    void everyStageIsADotOfEitherCurveAndARow() throws Exception {
        SparsifyingSchedule schedule = new SparsifyingSchedule(SparsifyingSchedule.Kind.LINEAR, 0, 1, 3);
        List<SparsifyingScheduler.Point> points = SparsifyingScheduler.run(
                schedule, strength -> new Quality(1 - strength / 2, .8 - .4 * strength, .5 - .1 * strength));
        Path file = folder.resolve("sparsifying.html");
        SparsifyingReport.write(file, "What is <left>", points);
        assertThat(Files.readString(file))
                .contains("<h1>What is &lt;left&gt;</h1>")
                .contains("memorisation, 1: 100.0", "memorisation, 0.75: 75.0", "memorisation, 0.5: 50.0")
                .contains("generalisation, 1: 100.0", "generalisation, 0.75: 90.0", "generalisation, 0.5: 80.0")
                .contains("<tr><td>0.5</td><td>0.750</td><td>75.0</td><td>90.0</td></tr>")
                .contains("class='curve c0'", "class='curve c1'");
    }

    /** Strengths of every size are written with the digits that count: .1 three times is 0.3, 3e-4 is 0.0003. */
    @Test
    void strengthsHaveTheDigitsThatCount() {
        List<SparsifyingScheduler.Point> points = Stream.of(0, .1 + .2, 3e-4, 7 / 3.0, 20)
                .map(strength -> new SparsifyingScheduler.Point(strength.doubleValue(), 1, 100, 100))
                .toList();
        assertThat(PageText.rows(SparsifyingReport.html("Strengths", points)).stream()
                        .map(List::getFirst))
                .containsExactly("Strength", "0", "0.3", "0.0003", "2.333", "20");
    }

    @Test
    void noStageIsNoCurve() {
        assertThatThrownBy(() -> SparsifyingReport.html("Nothing", List.of()))
                .hasMessageContaining("at least one stage");
    }
}
