package dev.rankine.lora.report;

import dev.rankine.transformer.train.MetricsEntry;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;

/** The charts of a page: loss, metrics, density and what else a log tells, each with a curve per method. */
final class Curves {
    /** What a log calls the distance of the factors from orthogonality. */
    static final String ORTHOGONALITY = "orthogonality";

    static final String DENSITY = "density";

    /** Scores of triplets, of which a log has {@code _low}, {@code _median} and {@code _high}, with what they are. */
    private static final Map<String, String> SCORES = scores();

    private Curves() {}

    private static Map<String, String> scores() {
        Map<String, String> scores = new LinkedHashMap<>();
        scores.put("importance", "Importance of the triplets");
        scores.put("salience", "Salience of the triplets");
        scores.put("gate_size", "Size of the gates");
        scores.put("gate_open", "Probability of an open gate");
        return scores;
    }

    /**
     * Runs that are drawn as one curve, their mean, in a band from the least to the greatest.
     *
     * @param style class of the curve's colour
     * @param runs of one method with several seeds, or a single run
     */
    record Group(String name, String style, List<RunRecord> runs) {}

    static String of(List<Group> groups) {
        StringBuilder charts = new StringBuilder();
        double last = lastStep(groups);
        for (Map.Entry<String, String> quantity : quantities(groups).entrySet()) {
            String key = quantity.getKey();
            List<LineChart.Curve> curves = curves(groups, run -> run.curve(key));
            if (!curves.isEmpty()) {
                charts.append(
                        chart(key, quantity.getValue(), curves, groups, last).svg());
            }
        }
        SCORES.forEach((key, title) -> {
            List<LineChart.Curve> curves = spreads(groups, key);
            if (!curves.isEmpty()) {
                charts.append(
                        new LineChart(title + ": median and middle 80 %", curves, null, List.of(), last, false).svg());
            }
        });
        List<LineChart.Curve> paces = curves(groups, run -> Pace.curve(run.metrics()));
        if (!paces.isEmpty()) {
            charts.append(
                    new LineChart("Milliseconds per step, after the first tenth", paces, null, List.of(0.0), last, true)
                            .svg());
        }
        return charts.isEmpty() ? "" : legend(groups) + "<div class='charts'>\n" + charts + "</div>\n";
    }

    private static double lastStep(List<Group> groups) {
        return groups.stream()
                .flatMap(group -> group.runs().stream())
                .flatMap(run -> run.metrics().stream())
                .mapToDouble(MetricsEntry::step)
                .max()
                .orElse(1);
    }

    /** Which colour is whose; a single curve needs none. */
    static String legend(List<Group> groups) {
        if (groups.size() == 1) {
            return "";
        }
        StringBuilder legend = new StringBuilder("<p class='legend'>\n");
        for (Group group : groups) {
            Svg swatch = new Svg(26, 12, group.name()).line(2, 6, 24, 6, "curve " + group.style());
            legend.append("<span>")
                    .append(swatch.inline().strip())
                    .append(Svg.escape(group.name()))
                    .append("</span>\n");
        }
        return legend.append("</p>\n").toString();
    }

    /** What to draw, by key of the log, with its title. */
    private static Map<String, String> quantities(List<Group> groups) {
        Map<String, String> quantities = new LinkedHashMap<>();
        quantities.put(MetricsEntry.LOSS, "Training loss, nats per symbol");
        quantities.put(MetricsEntry.REGULARIZER, "Regulariser");
        Set<String> metrics = new LinkedHashSet<>();
        groups.forEach(
                group -> group.runs().forEach(run -> metrics.addAll(run.after().keySet())));
        metrics.forEach(metric -> quantities.put(metric, Figures.title(metric) + " on the development data"));
        quantities.put(DENSITY, "Density: expected share of triplets kept");
        quantities.put("multiplier", "Lagrange multiplier");
        quantities.put("multiplier_square", "Lagrange multiplier of the square");
        quantities.put(ORTHOGONALITY, "Orthogonality residual of the factors");
        return quantities;
    }

    /** A quantity that is 0 all along, such as the regulariser of a method that has none, is not drawn. */
    private static List<LineChart.Curve> curves(List<Group> groups, Function<RunRecord, List<Point>> points) {
        List<LineChart.Curve> curves = new ArrayList<>();
        for (Group group : groups) {
            List<List<Point>> runs = group.runs().stream().map(points).toList();
            if (runs.stream().flatMap(List::stream).anyMatch(point -> point.y() != 0)) {
                curves.add(curve(group, runs));
            }
        }
        return curves;
    }

    /** Medians of scores in a band from the lowest to the highest tenth; of several runs means of these. */
    private static List<LineChart.Curve> spreads(List<Group> groups, String score) {
        List<LineChart.Curve> curves = new ArrayList<>();
        for (Group group : groups) {
            List<Point> medians = means(byStep(group.runs(), score + "_median"));
            if (!medians.isEmpty()) {
                List<Point> outline = new ArrayList<>(means(byStep(group.runs(), score + "_high")));
                outline.addAll(means(byStep(group.runs(), score + "_low")).reversed());
                curves.add(new LineChart.Curve(group.name(), group.style(), medians, outline));
            }
        }
        return curves;
    }

    private static Map<Double, List<Double>> byStep(List<RunRecord> runs, String key) {
        return byStep(runs.stream().map(run -> run.curve(key)).toList());
    }

    /** The values of all runs at each step where every run has one. */
    private static Map<Double, List<Double>> byStep(List<List<Point>> runs) {
        Map<Double, List<Double>> byStep = new TreeMap<>();
        runs.forEach(run -> run.forEach(point ->
                byStep.computeIfAbsent(point.x(), step -> new ArrayList<>()).add(point.y())));
        byStep.values().removeIf(values -> values.size() < runs.size());
        return byStep;
    }

    private static List<Point> means(Map<Double, List<Double>> byStep) {
        return points(byStep, values -> values.average().orElseThrow());
    }

    private static List<Point> points(Map<Double, List<Double>> byStep, ToDoubleFunction<DoubleStream> fold) {
        return byStep.entrySet().stream()
                .map(step -> new Point(
                        step.getKey(),
                        fold.applyAsDouble(step.getValue().stream().mapToDouble(y -> y))))
                .toList();
    }

    /** The mean where every run has a value, in a band from the least to the greatest. */
    private static LineChart.Curve curve(Group group, List<List<Point>> runs) {
        Map<Double, List<Double>> byStep = byStep(runs);
        List<Point> outline =
                new ArrayList<>(points(byStep, values -> values.max().orElseThrow()));
        outline.addAll(points(byStep, values -> values.min().orElseThrow()).reversed());
        return new LineChart.Curve(group.name(), group.style(), means(byStep), runs.size() == 1 ? List.of() : outline);
    }

    private static LineChart chart(
            String key, String title, List<LineChart.Curve> curves, List<Group> groups, double last) {
        if (!key.equals(DENSITY)) {
            return new LineChart(title, curves, null, List.of(), last, key.equals(MetricsEntry.LOSS));
        }
        OptionalDouble target = groups.stream()
                .flatMap(group -> group.runs().stream())
                .mapToDouble(run -> run.summary().ranks().targetDensity())
                .filter(density -> density < 1)
                .findFirst();
        return new LineChart(
                title,
                curves,
                target.isPresent() ? new LineChart.Target("target", target.getAsDouble()) : null,
                List.of(0.0, 1.0),
                last,
                false);
    }
}
