package dev.rankine.lora.report;

import dev.rankine.transformer.train.MetricsEntry;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;

/** The charts of a page: loss, metrics, density and multiplier, each with a curve per run. */
final class Curves {
    private static final int COLOURS = 6;

    private Curves() {}

    static String of(List<RunRecord> runs) {
        StringBuilder charts = new StringBuilder();
        for (Map.Entry<String, String> quantity : quantities(runs).entrySet()) {
            List<LineChart.Curve> curves = curves(runs, quantity.getKey());
            if (!curves.isEmpty()) {
                charts.append(chart(quantity.getKey(), quantity.getValue(), curves, runs)
                        .svg());
            }
        }
        return charts.isEmpty() ? "" : "<div class='charts'>\n" + charts + "</div>\n";
    }

    /** What to draw, by key of the log, with its title. */
    private static Map<String, String> quantities(List<RunRecord> runs) {
        Map<String, String> quantities = new LinkedHashMap<>();
        quantities.put(MetricsEntry.LOSS, "Training loss, nats per symbol");
        quantities.put(MetricsEntry.REGULARIZER, "Regulariser");
        Set<String> metrics = new LinkedHashSet<>();
        runs.forEach(run -> metrics.addAll(run.after().keySet()));
        metrics.forEach(metric -> quantities.put(metric, Figures.title(metric) + " on the development data"));
        quantities.put("density", "Density: expected share of triplets kept");
        quantities.put("multiplier", "Lagrange multiplier");
        return quantities;
    }

    /** A quantity that is 0 all along, such as the regulariser of a method that has none, is not drawn. */
    private static List<LineChart.Curve> curves(List<RunRecord> runs, String key) {
        List<LineChart.Curve> curves = new ArrayList<>();
        for (int i = 0; i < runs.size(); i++) {
            List<Point> points = runs.get(i).curve(key);
            if (points.stream().anyMatch(point -> point.y() != 0)) {
                curves.add(new LineChart.Curve(runs.get(i).name(), i % COLOURS, points));
            }
        }
        return curves;
    }

    private static LineChart chart(String key, String title, List<LineChart.Curve> curves, List<RunRecord> runs) {
        if (!key.equals("density")) {
            return new LineChart(title, curves, null, List.of(), key.equals(MetricsEntry.LOSS));
        }
        OptionalDouble target = runs.stream()
                .mapToDouble(run -> run.summary().ranks().targetDensity())
                .filter(density -> density < 1)
                .findFirst();
        return new LineChart(
                title,
                curves,
                target.isPresent() ? new LineChart.Target("target", target.getAsDouble()) : null,
                List.of(0.0, 1.0),
                false);
    }
}
