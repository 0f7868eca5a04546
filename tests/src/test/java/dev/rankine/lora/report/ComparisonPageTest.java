package dev.rankine.lora.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.rankine.lora.report.Picture.Mark;
import dev.rankine.lora.report.Picture.Scale;
import dev.rankine.transformer.train.MetricsEntry;
import dev.rankine.transformer.train.RetainedRanks;
import dev.rankine.transformer.train.RunSummary;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The page and the file of a comparison say the same as the runs. */
class ComparisonPageTest {
    private static final PairedBootstrap BOOTSTRAP = new PairedBootstrap(200, 0);

    private static Candidate candidate(String family, boolean reference, String right, String alsoRight) {
        return ComparisonTest.candidate(family, family, reference, null, right, alsoRight);
    }

    /** The same but for what was kept: nothing is of low rank. */
    private static Candidate unranked(Candidate of) {
        List<RunRecord> runs = of.runs().stream()
                .map(run -> {
                    RunSummary summary = run.summary();
                    RetainedRanks whole = new RetainedRanks(null, 96, 96, 1, 1, 1, Map.of());
                    return new RunRecord(
                            run.name(), new RunSummary(summary.run(), summary.training(), whole, null), List.of());
                })
                .toList();
        return new Candidate(of.label(), of.family(), of.name(), of.reference(), of.at(), runs, of.outcomes());
    }

    private static String page(List<Long> seeds, Candidate... candidates) {
        return ComparisonReport.html(Comparison.of("t", seeds, null, List.of(candidates), BOOTSTRAP));
    }

    @Test
    void theTablesHaveEveryNumberOfEveryMethod() {
        Candidate salora = candidate("salora", false, "11111110", "11111100");
        Candidate full = unranked(candidate("full", true, "10000000", "01000010"));
        List<List<String>> results = PageText.rows(ComparisonTables.results(List.of(salora, full)));
        assertThat(results)
                .containsExactly(
                        List.of(
                                "Method",
                                "Exact",
                                "Error rate",
                                "Triplets kept",
                                "Density",
                                "Density of parameters",
                                "Parameters kept"),
                        List.of("before training", "0.1000", "–", "", "", "", ""),
                        List.of("SALORA", "0.8125 ± 0.0884", "0.0938 ± 0.0442", "8", "0.5000", "0.5000", "48"),
                        List.of("FULL", "0.1875 ± 0.0884", "0.4063 ± 0.0442", "–", "–", "–", "96"));
        List<List<String>> cost = PageText.rows(ComparisonTables.cost(List.of(salora, full)));
        assertThat(cost.getFirst())
                .startsWith(
                        "Method", "Trained", "ms per step", "After the shrink", "Training", "Peak MiB", "Final loss")
                .contains("Orthogonality, end", "Window, share of time")
                .doesNotContain("Density, end");
        assertThat(cost.get(1))
                .startsWith("SALORA", "96", "100.0", "100.0", "2.0 s", "104", "1.0000")
                .contains("20.0 %");
        assertThat(cost.get(2))
                .startsWith("FULL", "96", "–", "–", "2.0 s", "–", "1.0000")
                .endsWith("–", "–");
        assertThat(ComparisonTables.results(List.of(salora))).contains("<th>Method</th>", "<td>SALORA</td>");
    }

    @Test
    void aSettingIsWrittenAsItWasGiven() {
        assertThat(ComparisonTables.plain(8.0)).isEqualTo("8");
        assertThat(ComparisonTables.plain(.25)).isEqualTo("0.25");
        assertThat(ComparisonTables.plain(null)).isEqualTo("–");
    }

    /** Methods are told apart by colours, references by the ink; all of them are in every legend. */
    @Test
    void everyFamilyHasAColourOfItsOwn() {
        String page = page(
                List.of(0L, 1L),
                candidate("r", true, "1000", "0100"),
                candidate("a", false, "1111", "1110"),
                candidate("s", true, "1001", "0101"),
                candidate("b", false, "1011", "1110"),
                candidate("t", true, "0001", "0101"));
        assertThat(PageText.legends(page)).hasSize(2).allMatch(List.of("R", "A", "S", "B", "T")::equals);
        Picture losses = Picture.all(page).stream()
                .filter(picture -> picture.marks().getFirst().text().startsWith("Training loss"))
                .findFirst()
                .orElseThrow();
        assertThat(losses.of("polyline", "curve").stream()
                        .map(curve -> curve.styles().get(1)))
                .containsExactly("r0", "c0", "r1", "c1", "r0");
    }

    @Test
    void thePageSaysWhatItsIntervalsAreOf() {
        Candidate one = new Candidate(
                "one",
                "one",
                "One",
                false,
                null,
                candidate("one", false, "11", "11").runs().subList(0, 1),
                candidate("one", false, "11", "11").outcomes().subList(0, 1));
        Candidate two = new Candidate("two", "two", "Two", false, null, one.runs(), one.outcomes());
        assertThat(page(List.of(4L), one, two))
                .contains("seed 4 ·", "over examples; one seed tells nothing of the chance of training.");
        assertThat(ComparisonReport.html(ComparisonTest.atOneBudget()))
                .contains("seeds 0, 1 ·", "over examples and seeds. Differences whose interval holds 0");
    }

    private static Picture chart(String page, String title) {
        return Picture.all(page).stream()
                .filter(picture -> !picture.marks().isEmpty()
                        && picture.marks().getFirst().text().equals(title)
                        && !picture.of("circle", "dot").isEmpty())
                .findFirst()
                .orElseThrow();
    }

    @Test
    void qualityIsDrawnOverWhatWasKept() {
        Candidate salora = candidate("salora", false, "11111110", "11111100");
        Candidate full = unranked(candidate("full", true, "10000000", "01000010"));
        Picture picture = chart(page(List.of(0L, 1L), salora, full), "Exact ± deviation over seeds");
        Scale x = picture.horizontal(false);
        Scale y = picture.vertical(false);
        List<Mark> dots = picture.of("circle", "dot");
        x.requireReads(dots.get(0).x()[0], 48);
        x.requireReads(dots.get(1).x()[0], 96);
        y.requireReads(dots.get(0).y()[0], .8125);
        y.requireReads(dots.get(1).y()[0], .1875);
    }

    /** What does not have the swept setting stands at every value; a wide sweep has equal room for equal ratios. */
    @Test
    void aSweepHasADotForEveryMethodAtEveryValue() {
        String page = ComparisonReport.html(ComparisonTest.alongASweep());
        assertThat(PageText.legends(page).getFirst()).containsExactly("full", "salora", "final");
        Picture picture = chart(page, "Exact ± deviation over seeds");
        assertThat(picture.of("circle", "dot"))
                .extracting(Mark::text)
                .extracting(text -> text.split(" ±")[0])
                .containsExactly(
                        "full, 2: 0.8750",
                        "full, 8: 0.8750",
                        "salora, 2: 0.3750",
                        "salora, 8: 0.6250",
                        "final, 2: 0.5000",
                        "final, 8: 0.5000");
        assertThat(page).contains("Results, rank 2<", "Results, rank 8<");
    }

    @Test
    void sweepsOverFourTimesAndMoreAreLogarithmic() {
        assertThat(middle(2, 4, 8)).isCloseTo(.5, within(.001));
        assertThat(middle(2, 4, 7.9)).isCloseTo(2 / 5.9, within(.001));
        assertThat(middle(0, 4, 8)).isCloseTo(.5, within(.001));
        assertThat(middle(0, 2, 8)).isCloseTo(.25, within(.001));
    }

    /** How far the middle value of a sweep stands from the first, as a share of the way to the last. */
    private static double middle(double... values) {
        List<Double> sweep = List.of(values[0], values[1], values[2]);
        List<Candidate> candidates = sweep.stream()
                .map(value -> ComparisonTest.candidate("m" + value, "m", false, value, "10", "11"))
                .toList();
        Picture picture = chart(
                ComparisonReport.html(Comparison.of(
                        "t", List.of(0L, 1L), new Comparison.Sweep("rank", sweep), candidates, BOOTSTRAP)),
                "Exact ± deviation over seeds");
        double[] x = picture.of("polyline", "curve").getFirst().x();
        return (x[1] - x[0]) / (x[2] - x[0]);
    }

    @Test
    void methodsWithoutRanksHaveNoMap() {
        Candidate salora = candidate("salora", false, "11111110", "11111100");
        Candidate full = unranked(candidate("full", true, "10000000", "01000010"));
        String page = page(List.of(0L, 1L), salora, full);
        assertThat(page.split("<div class='map'>")).hasSize(2);
        assertThat(page(List.of(0L, 1L), full)).doesNotContain("<h2>Ranks</h2>");
        assertThat(salora.isPruned()).isTrue();
        assertThat(full.isPruned()).isFalse();
        assertThat(full.keptTriplets()).isEmpty();
        assertThat(full.peakMib()).isEmpty();
        assertThat(full.reportedAtEnd()).isEmpty();
    }

    /** A metric that is none of examples, such as a correlation, cannot be drawn again: no difference is claimed. */
    @Test
    void onlyWhatIsMadeOfExamplesIsMeasuredByDifferences() {
        Candidate candidate = candidate("a", false, "10", "11");
        assertThat(candidate.isMadeOfParts("exact")).isTrue();
        assertThat(candidate.isMadeOfParts("pearson")).isFalse();
    }

    /** A mean over runs needs the number of every one of them. */
    @Test
    void whatOneRunDidNotLogHasNoMean() {
        Candidate both = candidate("a", false, "10", "11");
        RunRecord first = both.runs().getFirst();
        RunRecord silent = new RunRecord(
                "silent",
                both.runs().getLast().summary(),
                first.metrics().stream()
                        .map(entry -> {
                            Map<String, Double> numbers = new LinkedHashMap<>(entry.numbers());
                            numbers.remove("orthogonality");
                            return new MetricsEntry(entry.step(), numbers);
                        })
                        .toList());
        Candidate one = new Candidate("a", "a", "A", false, null, List.of(first, silent), both.outcomes());
        assertThat(one.reportedAtEnd()).containsOnlyKeys("density", "window_seconds");
    }

    @Test
    void theFileHasTheNumbersOfEveryRun(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("compare.json");
        ComparisonJson.write(
                file,
                Comparison.of(
                        "t",
                        List.of(0L, 1L),
                        null,
                        List.of(candidate("salora", false, "1110", "1100"), candidate("lora", true, "1000", "1100")),
                        BOOTSTRAP));
        JsonNode tree = JsonMapper.shared().readTree(Files.readString(file));
        JsonNode salora = tree.path("methods").path(0);
        assertThat(salora.path("seconds_per_step").path("mean").doubleValue()).isEqualTo(.1);
        assertThat(salora.path("train_seconds").toString())
                .isEqualTo("{\"mean\":2.0,\"deviation\":0.0,\"values\":[2.0,2.0]}");
        assertThat(salora.path("final_loss").path("values").toString()).isEqualTo("[1.0,1.0]");
        assertThat(salora.path("retained_parameters").path("mean").doubleValue())
                .isEqualTo(48);
        assertThat(salora.path("density").path("values").toString()).isEqualTo("[0.5,0.5]");
        assertThat(salora.path("at_end").path("window_seconds").doubleValue()).isCloseTo(.4, within(1e-9));
        assertThat(salora.path("peak_rss_mib").doubleValue()).isEqualTo(104);
        assertThat(tree.path("sweep").isMissingNode()).isTrue();
        assertThat(tree.path("differences").path(0).has("at")).isFalse();
    }
}
