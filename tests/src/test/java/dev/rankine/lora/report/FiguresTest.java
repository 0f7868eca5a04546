package dev.rankine.lora.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rankine.transformer.train.RetainedRanks;
import dev.rankine.transformer.train.RunSummary;
import dev.rankine.transformer.train.TrainingResult;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Every number of a run's summary stands on its page, in words and units that fit it. */
class FiguresTest {
    private static final Pattern TILE = Pattern.compile("<div class='tile'>(.*?)</div>");

    private static RunRecord run(
            String method,
            double seconds,
            Map<String, Integer> ranks,
            Map<String, Double> before,
            @Nullable Double peak) {
        Map<String, Double> after = new LinkedHashMap<>();
        after.put("exact", .5942);
        after.put("error_rate", .1068);
        return new RunRecord(
                method,
                new RunSummary(
                        new RunSummary.Run(method, "seq2seq", "<tiny>", 7, "vector", 4, Map.of()),
                        new TrainingResult(1570, 10, 10_000, seconds, 18.75, 18, .0412, before, after),
                        new RetainedRanks(ranks.isEmpty() ? null : 8, 61_440, 30_720, .5, .498, .5012, ranks),
                        peak),
                List.of());
    }

    private static final RunRecord SALORA = run("salora", 119.9, Map.of("m", 4), Map.of("exact", .146), 1234.4);
    private static final RunRecord FULL = run("full", 120, Map.of(), Map.of(), null);

    @Test
    void theTableHasARowForEveryFigureAndAColumnForEveryRun() {
        assertThat(PageText.rows(Figures.table(List.of(SALORA, FULL))))
                .containsExactly(
                        List.of("", "salora", "full"),
                        List.of("Exact before", "0.1460", "–"),
                        List.of("Exact after", "0.5942", "0.5942"),
                        List.of("Error rate before", "–", "–"),
                        List.of("Error rate after", "0.1068", "0.1068"),
                        List.of("Final loss", "0.0412", "0.0412"),
                        List.of("Trainable parameters", "61,440", "61,440"),
                        List.of("Retained parameters", "30,720", "30,720"),
                        List.of("Target density", "0.5000", "0.5000"),
                        List.of("Density, of triplets", "0.4980", "0.4980"),
                        List.of("Density, of parameters", "0.5012", "0.5012"),
                        List.of("Training time", "119.9 s", "2.0 min"),
                        List.of("Milliseconds per step", "18.8", "18.8"),
                        List.of("Peak memory, MiB", "1,234", "–"));
    }

    @Test
    void theTilesSayWhatIsMostWanted() {
        assertThat(PageText.found(TILE, Figures.tiles(SALORA)))
                .containsExactly(
                        "<b>0.5942</b><span>Exact, from 0.1460</span>",
                        "<b>0.1068</b><span>Error rate</span>",
                        "<b>49.8 %</b><span>of the triplets kept</span>",
                        "<b>30,720</b><span>parameters kept</span>",
                        "<b>119.9 s</b><span>of training</span>");
        assertThat(Figures.tiles(FULL)).doesNotContain("triplets").contains("2.0 min");
    }

    @Test
    void oneLineSaysWhatWasRun() {
        assertThat(Figures.subtitle(SALORA))
                .contains(
                        "salora · &lt;tiny&gt; · seq2seq · 10,000 examples · 1,570 steps · seed 7 · vector, 4 threads");
        assertThat(Figures.title("error_rate")).isEqualTo("Error rate");
        assertThat(Figures.title("")).isEmpty();
    }
}
