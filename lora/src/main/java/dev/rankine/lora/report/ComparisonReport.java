package dev.rankine.lora.report;

import dev.rankine.tensor.files.Whole;
import dev.rankine.transformer.train.RunSummary;
import dev.rankine.transformer.train.TrainingResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Writes the page of a comparison: one file that a browser shows without a network. */
public final class ComparisonReport {
    private final Comparison comparison;
    private final Map<String, String> styles;

    private ComparisonReport(Comparison comparison) {
        this.comparison = comparison;
        this.styles = styles(comparison.candidates());
    }

    public static void write(Path file, Comparison comparison) throws IOException {
        Whole.file(file, aside -> Files.writeString(aside, html(comparison)));
    }

    /** The page as a string. */
    public static String html(Comparison comparison) {
        return new ComparisonReport(comparison).page();
    }

    /** A colour for every family; references are drawn in ink. */
    private static Map<String, String> styles(List<Candidate> candidates) {
        Map<String, String> styles = new LinkedHashMap<>();
        int references = 0;
        for (Candidate candidate : candidates) {
            if (!styles.containsKey(candidate.family())) {
                int colours = styles.size() - references;
                styles.put(candidate.family(), candidate.reference() ? "r" + references++ % 2 : Style.colour(colours));
            }
        }
        return styles;
    }

    private String style(Candidate candidate) {
        return styles.getOrDefault(candidate.family(), Style.colour(0));
    }

    private String page() {
        Page page = new Page(comparison.title()).add(subtitle());
        Comparison.Sweep sweep = comparison.sweep();
        if (sweep == null) {
            addRound(page, comparison.rounds().getFirst(), "");
        } else {
            page.section("Quality along the sweep", alongSweep(sweep));
            for (Comparison.Round round : comparison.rounds()) {
                addRound(page, round, ", " + sweep.setting() + " " + ComparisonTables.plain(round.at()));
            }
        }
        return page.html("Made by Rankine from the run folders beside this page; compare.json has the numbers.");
    }

    private String subtitle() {
        RunSummary summary =
                comparison.candidates().getFirst().runs().getFirst().summary();
        TrainingResult training = summary.training();
        String line = String.format(
                Locale.ROOT,
                "%s · %s · %,d examples · %,d steps · %s %s · %s, %d threads",
                summary.run().model(),
                summary.run().task(),
                training.trainExamples(),
                training.steps(),
                comparison.seeds().size() == 1 ? "seed" : "seeds",
                comparison.seeds().stream().map(Object::toString).collect(Collectors.joining(", ")),
                summary.run().backend(),
                summary.run().threads());
        return "<p class='muted'>" + Svg.escape(line) + "</p>\n";
    }

    private void addRound(Page page, Comparison.Round round, String where) {
        List<Candidate> candidates = round.candidates();
        page.section("Results" + where, ComparisonTables.results(candidates));
        if (!round.contrasts().isEmpty()) {
            page.section("Differences" + where, differences(round.contrasts()));
        }
        page.section("Quality against budget" + where, againstBudget(candidates));
        page.section("Curves" + where, Curves.of(groups(candidates)));
        page.section("Ranks" + where, maps(candidates));
        page.section("Cost" + where, ComparisonTables.cost(candidates));
    }

    private List<Curves.Group> groups(List<Candidate> candidates) {
        return candidates.stream()
                .map(candidate -> new Curves.Group(candidate.name(), style(candidate), candidate.runs()))
                .toList();
    }

    private String differences(List<Comparison.Contrast> contrasts) {
        Map<String, List<DifferenceChart.Row>> charts = new LinkedHashMap<>();
        for (Comparison.Contrast contrast : contrasts) {
            String title = Figures.title(contrast.metric()) + ": difference to "
                    + contrast.reference().name();
            charts.computeIfAbsent(title, key -> new ArrayList<>())
                    .add(new DifferenceChart.Row(
                            contrast.candidate().name(), style(contrast.candidate()), contrast.difference()));
        }
        String drawn = charts.entrySet().stream()
                .map(chart -> new DifferenceChart(chart.getKey(), chart.getValue()).svg())
                .collect(Collectors.joining());
        return "<div class='charts'>\n" + drawn + "</div>\n<p class='muted'>" + Svg.escape(howSure()) + "</p>\n";
    }

    private String howSure() {
        boolean single = comparison.seeds().size() == 1;
        return "Intervals are 95 % of a paired bootstrap over "
                + (single ? "examples; one seed tells nothing of the chance of training." : "examples and seeds.")
                + " Differences whose interval holds 0 are drawn faintly. Of twenty that do not exist, one looks sure.";
    }

    private String againstBudget(List<Candidate> candidates) {
        String legend = Curves.legend(groups(candidates));
        return comparison.metrics().stream()
                .map(metric -> new BudgetChart(
                                Figures.title(metric) + " ± deviation over seeds",
                                "parameters kept",
                                candidates.stream()
                                        .map(candidate -> new BudgetChart.Series(
                                                candidate.name(),
                                                style(candidate),
                                                List.of(new BudgetChart.Dot(
                                                        candidate
                                                                .kept(ranks -> ranks.retainedParameters())
                                                                .mean(),
                                                        candidate.metric(metric)))))
                                        .toList(),
                                List.of(),
                                false)
                        .svg())
                .collect(Collectors.joining("", legend + "<div class='charts'>\n", "</div>\n"));
    }

    private String alongSweep(Comparison.Sweep sweep) {
        List<Curves.Group> legend = new ArrayList<>();
        Map<String, List<Candidate>> families = comparison.candidates().stream()
                .collect(Collectors.groupingBy(Candidate::family, LinkedHashMap::new, Collectors.toList()));
        families.forEach((family, members) -> legend.add(new Curves.Group(
                family, style(members.getFirst()), members.getFirst().runs())));
        double low = sweep.values().stream().mapToDouble(v -> v).min().orElseThrow();
        double high = sweep.values().stream().mapToDouble(v -> v).max().orElseThrow();
        return comparison.metrics().stream()
                .map(metric -> new BudgetChart(
                                Figures.title(metric) + " ± deviation over seeds",
                                sweep.setting(),
                                families.entrySet().stream()
                                        .map(family -> new BudgetChart.Series(
                                                family.getKey(),
                                                style(family.getValue().getFirst()),
                                                alongSweep(family.getValue(), sweep, metric)))
                                        .toList(),
                                sweep.values(),
                                low > 0 && high / low >= 4)
                        .svg())
                .collect(Collectors.joining("", Curves.legend(legend) + "<div class='charts'>\n", "</div>\n"));
    }

    /** A method that does not have the swept setting is the same everywhere. */
    private static List<BudgetChart.Dot> alongSweep(List<Candidate> family, Comparison.Sweep sweep, String metric) {
        return sweep.values().stream()
                .sorted(Comparator.naturalOrder())
                .flatMap(value -> family.stream()
                        .filter(candidate ->
                                candidate.at() == null || candidate.at().equals(value))
                        .map(candidate -> new BudgetChart.Dot(value, candidate.metric(metric))))
                .toList();
    }

    private static String maps(List<Candidate> candidates) {
        int full = candidates.stream()
                .flatMap(candidate -> candidate.runs().stream())
                .mapToInt(RunRecord::fullRank)
                .max()
                .orElse(0);
        String maps = candidates.stream()
                .filter(candidate -> !candidate.meanRanks().isEmpty())
                .map(candidate -> new RankMap(candidate.name(), rounded(candidate.meanRanks()), full).svg())
                .map(map -> "<div class='map'>\n" + map + "</div>\n")
                .collect(Collectors.joining());
        return maps.isEmpty()
                ? ""
                : "<p class='muted'>Kept rank of every matrix, mean over seeds.</p>\n<div class='maps'>\n" + maps
                        + "</div>\n";
    }

    /** Thirds that add up to 4 but for the last bit are 4. */
    private static Map<String, Double> rounded(Map<String, Double> means) {
        Map<String, Double> rounded = new LinkedHashMap<>();
        means.forEach((module, mean) -> rounded.put(module, Math.rint(mean * 1e6) / 1e6));
        return rounded;
    }
}
