package dev.rankine.cli;

import dev.rankine.lora.report.Candidate;
import dev.rankine.lora.report.Comparison;
import dev.rankine.lora.report.PairedBootstrap;
import dev.rankine.transformer.train.RetainedRanks;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;

/** A comparison as text: a row per method, and under it the differences. */
final class ComparisonTable {
    private static final String NONE = "-";

    private final Console console;

    ComparisonTable(Console console) {
        this.console = console;
    }

    void print(Comparison comparison) {
        Comparison.Sweep sweep = comparison.sweep();
        for (Comparison.Round round : comparison.rounds()) {
            if (sweep != null) {
                console.out().println(text("%s %s", sweep.setting(), plain(round.at())));
            }
            TextTable.print(console.out(), results(round.candidates()));
            console.out().println();
            differences(round.contrasts()).forEach((title, rows) -> {
                console.out().println(title);
                TextTable.print(console.out(), rows);
                console.out().println();
            });
        }
    }

    private static List<List<String>> results(List<Candidate> candidates) {
        List<String> metrics = List.copyOf(candidates.getFirst().metrics());
        List<String> header = new ArrayList<>(List.of("method"));
        metrics.forEach(metric -> header.add(metric.replace('_', ' ')));
        header.addAll(List.of("triplets", "density", "weighted", "parameters", "ms/step", "shrunk", "peak MiB"));
        List<List<String>> rows = new ArrayList<>(List.of(header));
        for (Candidate candidate : candidates) {
            List<String> row = new ArrayList<>(List.of(candidate.name()));
            metrics.forEach(metric -> row.add(candidate.metric(metric).text(4)));
            boolean ranked = candidate.keptTriplets().isPresent();
            row.add(number("%,.0f", candidate.keptTriplets()));
            row.add(ranked ? text("%.4f", candidate.kept(RetainedRanks::density).mean()) : NONE);
            row.add(
                    ranked
                            ? text(
                                    "%.4f",
                                    candidate
                                            .kept(RetainedRanks::parameterDensity)
                                            .mean())
                            : NONE);
            row.add(text(
                    "%,.0f", candidate.kept(RetainedRanks::retainedParameters).mean()));
            row.add(number("%.1f", candidate.msBefore()));
            row.add(number("%.1f", candidate.msAfter()));
            row.add(number("%,.0f", candidate.peakMib()));
            rows.add(row);
        }
        return rows;
    }

    private static Map<String, List<List<String>>> differences(List<Comparison.Contrast> contrasts) {
        Map<String, List<List<String>>> tables = new LinkedHashMap<>();
        for (Comparison.Contrast contrast : contrasts) {
            String title = contrast.metric().replace('_', ' ') + ": difference to "
                    + contrast.reference().name();
            PairedBootstrap.Difference difference = contrast.difference();
            tables.computeIfAbsent(
                            title,
                            key -> new ArrayList<>(List.of(List.of("method", "difference", "95% interval", "p", ""))))
                    .add(List.of(
                            contrast.candidate().name(),
                            text("%+.4f", difference.estimate()),
                            text("[%+.4f, %+.4f]", difference.low(), difference.high()),
                            text("%.4f", difference.p()),
                            difference.isSure() ? "*" : ""));
        }
        return tables;
    }

    private static String number(String format, OptionalDouble value) {
        return value.isEmpty() ? NONE : text(format, value.getAsDouble());
    }

    private static String plain(@org.jspecify.annotations.Nullable Double value) {
        return value == null ? NONE : value == Math.rint(value) ? text("%.0f", value) : value.toString();
    }

    private static String text(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
