package dev.rankine.lora.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rankine.lora.report.Curves.Group;
import dev.rankine.lora.report.Picture.Mark;
import dev.rankine.lora.report.Picture.Scale;
import dev.rankine.transformer.train.MetricsEntry;
import dev.rankine.transformer.train.RetainedRanks;
import dev.rankine.transformer.train.RunSummary;
import dev.rankine.transformer.train.TrainingResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Runs with several seeds are one curve, their mean, in a band from the least to the greatest. */
class CurvesTest {
    private static RunRecord run(double targetDensity, double... losses) {
        List<MetricsEntry> log = new ArrayList<>();
        for (int i = 0; i < losses.length; i++) {
            log.add(new MetricsEntry(
                    10 * i,
                    Map.of(
                            MetricsEntry.LOSS,
                            losses[i],
                            "density",
                            .8,
                            "gate_size_low",
                            losses[i] / 2,
                            "gate_size_median",
                            losses[i],
                            "gate_size_high",
                            3 * losses[i])));
        }
        return new RunRecord(
                "run",
                new RunSummary(
                        new RunSummary.Run("sora", "seq2seq", "tiny", 1, "reference", 1, Map.of()),
                        new TrainingResult(20, 2, 40, 2, 100, 100, 1, Map.of(), Map.of("exact", .5)),
                        new RetainedRanks(8, 96, 48, targetDensity, .5, .5, Map.of()),
                        null),
                log);
    }

    private static Picture chart(String title, Group... groups) {
        return Picture.all(Curves.of(List.of(groups))).stream()
                .filter(picture -> picture.marks().getFirst().text().startsWith(title))
                .findFirst()
                .orElseThrow();
    }

    private static void requireReads(Scale scale, double[] places, double... values) {
        assertThat(places).hasSameSizeAs(values);
        for (int i = 0; i < values.length; i++) {
            scale.requireReads(places[i], values[i]);
        }
    }

    @Test
    void theMeanOfTheSeedsStandsInABand() {
        Group group = new Group("g", "c0", List.of(run(1, 5, 3, 2.5), run(1, 7, 4, 1.5), run(1, 6, 2, 2)));
        Picture picture = chart("Training loss", group);
        Scale x = picture.horizontal(false);
        Scale y = picture.vertical(false);
        Mark band = picture.of("polygon", "band c0").getFirst();
        requireReads(x, band.x(), 0, 10, 20, 20, 10, 0);
        requireReads(y, band.y(), 7, 4, 2.5, 1.5, 2, 5);
        requireReads(y, picture.of("polyline", "curve c0").getFirst().y(), 6, 3, 2);
    }

    @Test
    void aSingleRunHasNoBandAndNoLegend() {
        Group group = new Group("g", "c0", List.of(run(1, 5, 3, 2.5)));
        assertThat(chart("Training loss", group).of("polygon", "band")).isEmpty();
        assertThat(Curves.of(List.of(group))).doesNotContain("legend'");
        Group other = new Group("h", "c1", List.of(run(1, 5, 3)));
        assertThat(PageText.legends(Curves.of(List.of(group, other)))).containsExactly(List.of("g", "h"));
    }

    /** Where one run has no value there is no mean. */
    @Test
    void onlyStepsOfAllRunsAreDrawn() {
        Group group = new Group("g", "c0", List.of(run(1, 5, 3, 2.5, 2), run(1, 7, 4)));
        Picture picture = chart("Training loss", group);
        requireReads(
                picture.vertical(false),
                picture.of("polyline", "curve").getFirst().y(),
                6,
                3.5);
    }

    @Test
    void scoresHaveTheirMiddleEightTenths() {
        Group group = new Group("g", "c0", List.of(run(1, 5, 3), run(1, 7, 5)));
        Picture picture = chart("Size of the gates", group);
        Scale y = picture.vertical(false);
        requireReads(y, picture.of("polyline", "curve").getFirst().y(), 6, 4);
        requireReads(y, picture.of("polygon", "band").getFirst().y(), 18, 12, 2, 3);
    }

    @Test
    void theDensityStandsBetweenNoneAndAllBesideItsTarget() {
        Group whole = new Group("lora", "c0", List.of(run(1, 5, 3)));
        Group half = new Group("sora", "c1", List.of(run(.5, 5, 3)));
        Picture picture = chart("Density", whole, half);
        Scale y = picture.vertical(false);
        assertThat(y.values()).startsWith(0.0).endsWith(1.0);
        y.requireReads(picture.of("line", "target").getFirst().y()[0], .5);
        requireReads(y, picture.of("polyline", "curve c0").getFirst().y(), .8, .8);
        assertThat(chart("Density", whole).of("line", "target")).isEmpty();
        assertThat(chart("Training loss", whole, half).of("line", "target")).isEmpty();
    }
}
