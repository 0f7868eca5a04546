package dev.rankine.lora.report;

import dev.rankine.transformer.train.RetainedRanks;
import dev.rankine.transformer.train.RunSummary;
import dev.rankine.transformer.train.TrainingResult;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The numbers of a page: the line under the title, tiles, and the table of results and cost. */
final class Figures {
    private static final String NONE = "–";

    private Figures() {}

    /** What was run, in one line. */
    static String subtitle(RunRecord record) {
        RunSummary.Run run = record.summary().run();
        TrainingResult training = record.summary().training();
        String line = String.format(
                Locale.ROOT,
                "%s · %s · %s · %,d examples · %,d steps · seed %d · %s, %d threads",
                run.method(),
                run.model(),
                run.task(),
                training.trainExamples(),
                training.steps(),
                run.seed(),
                run.backend(),
                run.threads());
        return "<p class='muted'>" + Svg.escape(line) + "</p>\n";
    }

    /** The numbers to see first. */
    static String tiles(RunRecord record) {
        TrainingResult training = record.summary().training();
        RetainedRanks ranks = record.summary().ranks();
        Map<String, String> tiles = new LinkedHashMap<>();
        training.after().forEach((metric, value) -> {
            Double before = training.before().get(metric);
            tiles.put(title(metric) + (before == null ? "" : ", from " + fraction(before)), fraction(value));
        });
        if (!ranks.retainedRank().isEmpty()) {
            tiles.put("of the triplets kept", number("%.1f %%", 100 * ranks.density()));
        }
        tiles.put("parameters kept", count(ranks.retainedParameters()));
        tiles.put("of training", seconds(training.trainSeconds()));
        return tiles.entrySet().stream()
                .map(tile -> "<div class='tile'><b>" + Svg.escape(tile.getValue()) + "</b><span>"
                        + Svg.escape(tile.getKey()) + "</span></div>\n")
                .collect(Collectors.joining("", "<div class='tiles'>\n", "</div>\n"));
    }

    /** A column per run, a row per figure. */
    static String table(List<RunRecord> runs) {
        Table table = new Table(runs);
        table.row("th", "", RunRecord::name);
        Set<String> metrics = new LinkedHashSet<>();
        runs.forEach(run -> metrics.addAll(run.after().keySet()));
        for (String metric : metrics) {
            table.training(
                    title(metric) + " before",
                    result -> fraction(result.before().get(metric)));
            table.training(
                    title(metric) + " after", result -> fraction(result.after().get(metric)));
        }
        table.training("Final loss", result -> fraction(result.finalLoss()));
        table.ranks("Trainable parameters", ranks -> count(ranks.trainableParameters()));
        table.ranks("Retained parameters", ranks -> count(ranks.retainedParameters()));
        table.ranks("Target density", ranks -> fraction(ranks.targetDensity()));
        table.ranks("Density, of triplets", ranks -> fraction(ranks.density()));
        table.ranks("Density, of parameters", ranks -> fraction(ranks.parameterDensity()));
        table.training("Training time", result -> seconds(result.trainSeconds()));
        table.training("Milliseconds per step", result -> number("%.1f", result.msPerStep()));
        table.row("td", "Peak memory, MiB", run -> {
            Double peak = run.summary().peakRssMib();
            return peak == null ? NONE : count(peak);
        });
        return table.html();
    }

    /** Rows of an HTML table. */
    private record Table(List<RunRecord> runs, StringBuilder rows) {
        Table(List<RunRecord> runs) {
            this(runs, new StringBuilder());
        }

        void training(String name, Function<TrainingResult, String> value) {
            row("td", name, run -> value.apply(run.summary().training()));
        }

        void ranks(String name, Function<RetainedRanks, String> value) {
            row("td", name, run -> value.apply(run.summary().ranks()));
        }

        void row(String cell, String name, Function<RunRecord, String> value) {
            rows.append("<tr>").append(cell(cell, name));
            runs.forEach(run -> rows.append(cell(cell, value.apply(run))));
            rows.append("</tr>\n");
        }

        private static String cell(String cell, String text) {
            return "<" + cell + ">" + Svg.escape(text) + "</" + cell + ">";
        }

        String html() {
            return "<div class='scroll'><table>\n" + rows + "</table></div>\n";
        }
    }

    /** A metric's name as a heading: {@code error_rate} becomes {@code Error rate}. */
    static String title(String metric) {
        String words = metric.replace('_', ' ');
        return words.isEmpty() ? words : Character.toUpperCase(words.charAt(0)) + words.substring(1);
    }

    private static String fraction(@Nullable Double value) {
        return value == null ? NONE : number("%.4f", value);
    }

    private static String count(double value) {
        return number("%,.0f", value);
    }

    private static String seconds(double value) {
        return value < 120 ? number("%.1f s", value) : number("%.1f min", value / 60);
    }

    private static String number(String format, double value) {
        return String.format(Locale.ROOT, format, value);
    }
}
