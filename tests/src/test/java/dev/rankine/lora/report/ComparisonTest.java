package dev.rankine.lora.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.rankine.transformer.train.MetricsEntry;
import dev.rankine.transformer.train.Outcome;
import dev.rankine.transformer.train.Outcome.Part;
import dev.rankine.transformer.train.RetainedRanks;
import dev.rankine.transformer.train.RunSummary;
import dev.rankine.transformer.train.TrainingResult;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.xml.sax.InputSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ComparisonTest {
    private static final Pattern PICTURE = Pattern.compile("<svg.*?</svg>", Pattern.DOTALL);
    private static final PairedBootstrap BOOTSTRAP = new PairedBootstrap(500, 0);

    @TempDir
    Path folder;

    /** Two runs that got these examples right, of the same words. */
    static Candidate candidate(
            String label, String family, boolean reference, @Nullable Double at, String right, String alsoRight) {
        return new Candidate(
                label,
                family,
                family.toUpperCase(java.util.Locale.ROOT),
                reference,
                at,
                List.of(record(label + "-0", right, 3), record(label + "-1", alsoRight, 4)),
                List.of(outcomes(right), outcomes(alsoRight)));
    }

    private static List<Outcome> outcomes(String right) {
        List<Outcome> outcomes = new ArrayList<>();
        for (int i = 0; i < right.length(); i++) {
            int exact = right.charAt(i) == '1' ? 1 : 0;
            Map<String, Part> parts = new LinkedHashMap<>();
            parts.put("exact", new Part(exact, 1));
            parts.put("error_rate", new Part(2 - 2 * exact, 4));
            outcomes.add(new Outcome("word" + i, "ref", exact == 1 ? "ref" : "wrong", parts));
        }
        return outcomes;
    }

    private static RunRecord record(String name, String right, int rank) {
        double exact = right.chars().filter(c -> c == '1').count() / (double) right.length();
        Map<String, Double> after = new LinkedHashMap<>();
        after.put("exact", exact);
        after.put("error_rate", (1 - exact) / 2);
        List<MetricsEntry> log = new ArrayList<>();
        log.add(new MetricsEntry(0, Map.of("exact", .1, "error_rate", .4)));
        for (int step = 1; step <= 20; step++) {
            log.add(new MetricsEntry(
                    step,
                    Map.of(
                            MetricsEntry.LOSS,
                            2.0 / step + rank,
                            MetricsEntry.SECONDS,
                            .1 * step,
                            MetricsEntry.PARAMETERS,
                            step < 10 ? 96.0 : 48.0,
                            "density",
                            step < 10 ? 1.0 : .5,
                            "orthogonality",
                            1.0 / (rank * step),
                            "window_seconds",
                            .02 * step)));
        }
        log.add(new MetricsEntry(20, after));
        Map<String, Integer> ranks = new LinkedHashMap<>();
        ranks.put("model.encoder.layers.0.fc1", rank);
        ranks.put("model.encoder.layers.0.fc2", 8 - rank);
        return new RunRecord(
                name,
                new RunSummary(
                        new RunSummary.Run("salora", "seq2seq", "tiny", 1, "reference", 1, Map.of("epochs", "2")),
                        new TrainingResult(20, 2, 40, 2, 100, 100, 1, Map.of("exact", .1), after),
                        new RetainedRanks(8, 96, 48, .5, .5, .5, ranks),
                        100.0 + rank),
                log);
    }

    static Comparison atOneBudget() {
        return Comparison.of(
                "Two <methods>",
                List.of(0L, 1L),
                null,
                List.of(
                        candidate("salora", "salora", false, null, "11111110", "11111100"),
                        candidate("lora-final", "lora-final", true, null, "10000000", "01000010")),
                BOOTSTRAP);
    }

    static Comparison alongASweep() {
        return Comparison.of(
                "Sweep",
                List.of(0L, 1L),
                new Comparison.Sweep("rank", List.of(2.0, 8.0)),
                List.of(
                        candidate("full", "full", false, null, "1111", "1110"),
                        candidate("salora-rank2", "salora", false, 2.0, "1000", "1100"),
                        candidate("final-rank2", "final", true, 2.0, "1010", "1100"),
                        candidate("salora-rank8", "salora", false, 8.0, "1110", "1100"),
                        candidate("final-rank8", "final", true, 8.0, "1010", "0110")),
                BOOTSTRAP);
    }

    @Test
    void everyOtherCandidateIsMeasuredByTheReferences() {
        Comparison.Round round = atOneBudget().rounds().getFirst();
        assertThat(round.contrasts()).hasSize(2);
        Comparison.Contrast exact = round.contrasts().getFirst();
        assertThat(exact.metric()).isEqualTo("exact");
        assertThat(exact.candidate().label()).isEqualTo("salora");
        assertThat(exact.reference().label()).isEqualTo("lora-final");
        assertThat(exact.difference().estimate()).isCloseTo(13 / 16.0 - 3 / 16.0, within(1e-12));
        assertThat(exact.difference())
                .isEqualTo(BOOTSTRAP.difference(
                        exact.candidate().measured("exact"), exact.reference().measured("exact")));
    }

    @Test
    void withoutAReferenceTheFirstIsOne() {
        Comparison comparison = Comparison.of(
                "t",
                List.of(0L, 1L),
                null,
                List.of(
                        candidate("a", "a", false, null, "10", "11"),
                        candidate("b", "b", false, null, "10", "01"),
                        candidate("c", "c", false, null, "11", "11")),
                BOOTSTRAP);
        assertThat(comparison.rounds().getFirst().contrasts())
                .extracting(contrast -> contrast.candidate().label() + "-"
                        + contrast.reference().label())
                .containsExactly("b-a", "c-a", "b-a", "c-a");
    }

    @Test
    void alongASweepOnlyWhatStandsAtTheSameValueIsCompared() {
        Comparison comparison = alongASweep();
        assertThat(comparison.rounds()).hasSize(2);
        assertThat(comparison.rounds().get(1).candidates())
                .extracting(Candidate::label)
                .containsExactly("full", "salora-rank8", "final-rank8");
        assertThat(comparison.rounds().get(1).contrasts())
                .allMatch(contrast -> contrast.reference().label().equals("final-rank8"))
                .hasSize(4);
        assertThat(comparison.candidates()).hasSize(5);
    }

    @Test
    void runsOnOtherExamplesAreRefused() {
        Candidate four = candidate("four", "f", false, null, "1111", "1111");
        Candidate three = candidate("three", "t", false, null, "111", "111");
        assertThatThrownBy(() -> Comparison.of("t", List.of(0L, 1L), null, List.of(four, three), BOOTSTRAP))
                .hasMessageContaining("three")
                .hasMessageContaining("other examples");
        List<Outcome> renamed = four.outcomes().getFirst().stream()
                .map(outcome -> new Outcome("other", outcome.reference(), outcome.prediction(), outcome.parts()))
                .toList();
        Candidate words = new Candidate(
                "words",
                "w",
                "W",
                false,
                null,
                four.runs(),
                List.of(renamed, four.outcomes().getLast()));
        assertThatThrownBy(() -> Comparison.of("t", List.of(0L, 1L), null, List.of(four, words), BOOTSTRAP))
                .hasMessageContaining("words")
                .hasMessageContaining("other examples");
    }

    @Test
    void aCandidateSumsUpItsRuns() {
        Candidate candidate = candidate("salora", "salora", false, null, "1111", "1100");
        assertThat(candidate.metric("exact").mean()).isEqualTo(.75);
        assertThat(candidate.meanRanks().values()).containsExactly(3.5, 4.5);
        assertThat(candidate.keptTriplets()).hasValue(8);
        assertThat(candidate.msBefore().orElseThrow()).isCloseTo(100, within(1e-6));
        assertThat(candidate.msAfter().orElseThrow()).isCloseTo(100, within(1e-6));
        assertThat(candidate.peakMib()).hasValue(104);
        assertThat(candidate.reportedAtEnd().keySet())
                .containsExactlyInAnyOrder("density", "orthogonality", "window_seconds");
        assertThat(candidate.reportedAtEnd().get("orthogonality").mean())
                .isCloseTo((1 / 60.0 + 1 / 80.0) / 2, within(1e-12));
    }

    @Test
    void thePageShowsEveryPart() throws Exception {
        Path file = folder.resolve("report.html");
        ComparisonReport.write(file, atOneBudget());
        String page = Files.readString(file);
        assertThat(page)
                .contains("<h1>Two &lt;methods&gt;</h1>", "seeds 0, 1")
                .contains("0.8125 ± 0.0884", "before training", "Exact: difference to LORA-FINAL")
                .contains(
                        ">Density: expected share of triplets kept<", "Orthogonality residual", "Milliseconds per step")
                .contains("model.encoder.layers.0.fc1: rank 3.5 of 8", "class='band c0'", "class='curve r0'")
                .contains("Window, share of time", "20.0 %")
                .doesNotContain("<script", "http:");
        requireWellFormed(page);
    }

    @Test
    void aSweepIsDrawnFromValueToValue() throws Exception {
        String page = ComparisonReport.html(alongASweep());
        assertThat(page).contains("Quality along the sweep", "Results, rank 2", "Results, rank 8", "salora, 8: 0.6250");
        requireWellFormed(page);
    }

    private static void requireWellFormed(String page) throws Exception {
        for (String picture :
                PICTURE.matcher(page).results().map(found -> found.group()).toList()) {
            DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(new InputSource(new StringReader(picture)));
        }
    }

    @Test
    void theNumbersAreInAFile() throws Exception {
        Path file = folder.resolve("compare.json");
        ComparisonJson.write(file, alongASweep());
        JsonNode tree = JsonMapper.shared().readTree(Files.readString(file));
        assertThat(tree.path("sweep").path("setting").stringValue()).isEqualTo("rank");
        assertThat(tree.path("methods").size()).isEqualTo(5);
        JsonNode salora = tree.path("methods").path(1);
        assertThat(salora.path("metrics").path("exact").path("values").toString())
                .isEqualTo("[0.25,0.5]");
        assertThat(salora.path("metrics").path("exact").path("before").doubleValue())
                .isEqualTo(.1);
        assertThat(salora.path("metrics").path("error_rate").path("before").isNull())
                .isTrue();
        assertThat(salora.path("seconds_per_step").path("after_shrink").doubleValue())
                .isCloseTo(.1, within(1e-9));
        assertThat(salora.path("runs").toString()).isEqualTo("[\"salora-rank2-0\",\"salora-rank2-1\"]");
        assertThat(tree.path("differences").size()).isEqualTo(8);
        assertThat(tree.path("differences").path(7).path("at").doubleValue()).isEqualTo(8);
    }
}
