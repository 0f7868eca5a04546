package dev.rankine.lora.report;

import dev.rankine.transformer.train.RetainedRanks;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The tables of a comparison's page: a row per method. */
final class ComparisonTables {
    private static final String NONE = "–";
    private static final String SECONDS = "_seconds";

    private ComparisonTables() {}

    /** Metrics and what was kept. */
    static String results(List<Candidate> candidates) {
        List<String> metrics = List.copyOf(candidates.getFirst().metrics());
        List<List<String>> rows = new ArrayList<>();
        List<String> header = new ArrayList<>(List.of("Method"));
        metrics.forEach(metric -> header.add(Figures.title(metric)));
        header.addAll(List.of("Triplets kept", "Density", "Density of parameters", "Parameters kept"));
        rows.add(header);
        rows.add(before(candidates.getFirst(), metrics));
        for (Candidate candidate : candidates) {
            List<String> row = new ArrayList<>(List.of(candidate.name()));
            metrics.forEach(metric -> row.add(candidate.metric(metric).text(4)));
            row.add(number("%,.0f", candidate.keptTriplets()));
            boolean ranked = candidate.keptTriplets().isPresent();
            row.add(ranked ? spread(candidate.kept(RetainedRanks::density), "%.4f") : NONE);
            row.add(ranked ? spread(candidate.kept(RetainedRanks::parameterDensity), "%.4f") : NONE);
            row.add(spread(candidate.kept(RetainedRanks::retainedParameters), "%,.0f"));
            rows.add(row);
        }
        return table(rows);
    }

    private static List<String> before(Candidate candidate, List<String> metrics) {
        List<String> row = new ArrayList<>(List.of("before training"));
        metrics.forEach(metric -> row.add(number("%.4f", candidate.before(metric))));
        row.addAll(List.of("", "", "", ""));
        return row;
    }

    /** Time, memory, and what methods themselves logged last. */
    static String cost(List<Candidate> candidates) {
        Set<String> reported = new LinkedHashSet<>();
        candidates.forEach(
                candidate -> reported.addAll(candidate.reportedAtEnd().keySet()));
        reported.removeAll(Set.of(Curves.DENSITY, "parameter_density"));
        List<List<String>> rows = new ArrayList<>();
        List<String> header = new ArrayList<>(
                List.of("Method", "Trained", "ms per step", "After the shrink", "Training", "Peak MiB", "Final loss"));
        reported.forEach(key -> header.add(
                key.endsWith(SECONDS)
                        ? Figures.title(key.substring(0, key.length() - SECONDS.length())) + ", share of time"
                        : Figures.title(key) + ", end"));
        rows.add(header);
        for (Candidate candidate : candidates) {
            MeanDeviation seconds =
                    candidate.over(run -> run.summary().training().trainSeconds());
            List<String> row = new ArrayList<>(List.of(
                    candidate.name(),
                    number(
                            "%,.0f",
                            candidate.kept(RetainedRanks::trainableParameters).mean()),
                    number("%.1f", candidate.msBefore()),
                    number("%.1f", candidate.msAfter()),
                    number("%.1f s", seconds.mean()),
                    number("%,.0f", candidate.peakMib()),
                    number(
                            "%.4f",
                            candidate
                                    .over(run -> run.summary().training().finalLoss())
                                    .mean())));
            reported.forEach(key -> row.add(reported(candidate, key, seconds.mean())));
            rows.add(row);
        }
        return table(rows);
    }

    private static String reported(Candidate candidate, String key, double trainSeconds) {
        MeanDeviation value = candidate.reportedAtEnd().get(key);
        if (value == null) {
            return NONE;
        }
        return key.endsWith(SECONDS)
                ? number("%.1f %%", 100 * value.mean() / trainSeconds)
                : number("%.4g", value.mean());
    }

    private static String table(List<List<String>> rows) {
        StringBuilder table = new StringBuilder("<div class='scroll'><table>\n");
        for (int i = 0; i < rows.size(); i++) {
            String cell = i == 0 ? "th" : "td";
            table.append(rows.get(i).stream()
                    .map(text -> "<" + cell + ">" + Svg.escape(text) + "</" + cell + ">")
                    .collect(Collectors.joining("", "<tr>", "</tr>\n")));
        }
        return table.append("</table></div>\n").toString();
    }

    /** What is the same in all runs has no deviation to show. */
    private static String spread(MeanDeviation value, String format) {
        String mean = number(format, value.mean());
        return value.deviation().orElse(0) == 0
                ? mean
                : mean + " ± " + number(format, value.deviation().getAsDouble());
    }

    private static String number(String format, OptionalDouble value) {
        return value.isEmpty() ? NONE : number(format, value.getAsDouble());
    }

    private static String number(String format, double value) {
        return String.format(Locale.ROOT, format, value);
    }

    /** A setting's value as one writes it. */
    static String plain(@Nullable Double value) {
        return value == null ? NONE : value == Math.rint(value) ? number("%.0f", value) : Double.toString(value);
    }
}
