package dev.rankine.lora.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The numbers of a page: the line under the title, tiles, and the table of results and cost. */
final class Figures {
    private Figures() {}

    /** What was run, in one line. */
    static String subtitle(RunRecord run) {
        List<String> parts = new ArrayList<>();
        run.text("method").ifPresent(parts::add);
        run.text("model").ifPresent(parts::add);
        run.text("task").ifPresent(parts::add);
        run.text("train_examples").ifPresent(n -> parts.add(n + " examples"));
        run.text("steps").ifPresent(n -> parts.add(n + " steps"));
        run.text("seed").ifPresent(n -> parts.add("seed " + n));
        run.text("backend").ifPresent(parts::add);
        run.text("threads").ifPresent(n -> parts.add(n + " threads"));
        return "<p class='muted'>" + Svg.escape(String.join(" · ", parts)) + "</p>\n";
    }

    /** The numbers to see first. */
    static String tiles(RunRecord run) {
        Map<String, String> tiles = new LinkedHashMap<>();
        Map<String, Double> before = run.numbers("before");
        run.numbers("after").forEach((metric, value) -> {
            Double start = before.get(metric);
            tiles.put(title(metric) + (start == null ? "" : ", from " + metric(start)), metric(value));
        });
        run.number("density").ifPresent(d -> tiles.put("of the triplets kept", percent(d)));
        run.number("retained_parameters").ifPresent(n -> tiles.put("numbers in the adapter", count(n)));
        run.number("train_seconds").ifPresent(s -> tiles.put("of training", seconds(s)));
        return tiles.entrySet().stream()
                .map(tile -> "<div class='tile'><b>" + Svg.escape(tile.getValue()) + "</b><span>"
                        + Svg.escape(tile.getKey()) + "</span></div>\n")
                .collect(Collectors.joining("", "<div class='tiles'>\n", "</div>\n"));
    }

    /** A column per run, a row per figure. */
    static String table(List<RunRecord> runs) {
        StringBuilder table = new StringBuilder("<div class='scroll'><table>\n");
        row(table, "th", "", runs, RunRecord::name);
        Set<String> metrics = new LinkedHashSet<>();
        runs.forEach(run -> metrics.addAll(run.numbers("after").keySet()));
        for (String metric : metrics) {
            row(table, "td", title(metric) + " before", runs, run -> figure(run, Figures::metric, "before", metric));
            row(table, "td", title(metric) + " after", runs, run -> figure(run, Figures::metric, "after", metric));
        }
        row(table, "td", "Final loss", runs, run -> figure(run, Figures::metric, "final_loss"));
        row(table, "td", "Trainable parameters", runs, run -> figure(run, Figures::count, "trainable_parameters"));
        row(table, "td", "Retained parameters", runs, run -> figure(run, Figures::count, "retained_parameters"));
        row(table, "td", "Target density", runs, run -> figure(run, Figures::metric, "target_density"));
        row(table, "td", "Density, of triplets", runs, run -> figure(run, Figures::metric, "density"));
        row(table, "td", "Density, of parameters", runs, run -> figure(run, Figures::metric, "parameter_density"));
        row(table, "td", "Training time", runs, run -> figure(run, Figures::seconds, "train_seconds"));
        row(table, "td", "Milliseconds per step", runs, run -> figure(run, ms -> number("%.1f", ms), "ms_per_step"));
        row(table, "td", "Peak memory, MiB", runs, run -> figure(run, Figures::count, "peak_rss_mib"));
        return table.append("</table></div>\n").toString();
    }

    private static void row(
            StringBuilder table, String cell, String name, List<RunRecord> runs, Function<RunRecord, String> value) {
        table.append("<tr><").append(cell).append('>').append(Svg.escape(name));
        runs.forEach(run -> table.append("</")
                .append(cell)
                .append("><")
                .append(cell)
                .append('>')
                .append(Svg.escape(value.apply(run))));
        table.append("</").append(cell).append("></tr>\n");
    }

    private static String figure(RunRecord run, Function<Double, String> format, String... path) {
        var value = run.number(path);
        return value.isPresent() ? format.apply(value.getAsDouble()) : "–";
    }

    /** A metric's name as a heading: {@code error_rate} becomes {@code Error rate}. */
    static String title(String metric) {
        String words = metric.replace('_', ' ');
        return words.isEmpty() ? words : Character.toUpperCase(words.charAt(0)) + words.substring(1);
    }

    private static String metric(double value) {
        return number("%.4f", value);
    }

    private static String percent(double share) {
        return number("%.1f %%", 100 * share);
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
