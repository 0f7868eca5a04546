package dev.rankine.lora.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * Quality against what it costs: a dot with a whisker of a standard deviation to either side for every mean; dots of a
 * method at several budgets are joined.
 *
 * @param title with the unit of the vertical axis
 * @param quantity of the horizontal axis
 * @param series at least one
 * @param values of the horizontal axis to mark; none for round numbers
 * @param logarithmic whether equal ratios of the horizontal axis, all positive, take equal room
 */
record BudgetChart(String title, String quantity, List<Series> series, List<Double> values, boolean logarithmic) {
    private static final double ROOM = 18;
    private static final double CAP = 3;
    /** Where all series have the same places, each stands this much beside the next, so that no whisker hides another. */
    private static final double ASIDE = 4;

    /** @param style class of its colour */
    record Series(String name, String style, List<Dot> dots) {}

    record Dot(double x, MeanDeviation y) {
        double low() {
            return y.mean() - y.deviation().orElse(0);
        }

        double high() {
            return y.mean() + y.deviation().orElse(0);
        }
    }

    String svg() {
        Svg svg = ChartFrame.begin(title, title + " by " + quantity);
        Axis x = horizontal();
        Axis y = Axis.around(
                series.stream()
                        .flatMap(one -> one.dots().stream())
                        .flatMap(dot -> List.of(dot.low(), dot.high()).stream())
                        .toList(),
                ChartFrame.BOTTOM,
                ChartFrame.TOP - 14);
        ChartFrame.drawVertical(svg, y);
        if (values.isEmpty()) {
            ChartFrame.drawHorizontal(svg, x, quantity);
        } else {
            ChartFrame.drawHorizontal(svg, x, values, BudgetChart::shortest, quantity);
        }
        for (int i = 0; i < series.size(); i++) {
            double aside = values.isEmpty() ? 0 : ASIDE * (i - (series.size() - 1) / 2.0);
            draw(svg, series.get(i), aside, x, y);
        }
        return svg.inline();
    }

    private Axis horizontal() {
        List<Double> all = new ArrayList<>(values);
        series.forEach(one -> one.dots().forEach(dot -> all.add(dot.x())));
        double low = all.stream().mapToDouble(v -> v).min().orElse(0);
        double high = all.stream().mapToDouble(v -> v).max().orElse(1);
        double from = ChartFrame.LEFT + ROOM;
        double to = ChartFrame.RIGHT - ROOM;
        if (values.isEmpty()) {
            return Axis.around(all, from, to);
        }
        return low == high
                ? Axis.between(low - 1, high + 1, false, from, to)
                : Axis.between(low, high, logarithmic, from, to);
    }

    private static void draw(Svg svg, Series one, double aside, Axis x, Axis y) {
        List<Point> means = one.dots().stream()
                .map(dot -> new Point(x.place(dot.x()) + aside, y.place(dot.y().mean())))
                .toList();
        if (means.size() > 1) {
            svg.path(means, "curve " + one.style());
        }
        IntStream.range(0, means.size()).forEach(i -> {
            Dot dot = one.dots().get(i);
            double at = means.get(i).x();
            if (dot.y().deviation().isPresent()) {
                String bar = "bar thin " + one.style();
                svg.line(at, y.place(dot.low()), at, y.place(dot.high()), bar);
                svg.line(at - CAP, y.place(dot.low()), at + CAP, y.place(dot.low()), bar);
                svg.line(at - CAP, y.place(dot.high()), at + CAP, y.place(dot.high()), bar);
            }
            String tip = one.name() + ", " + shortest(dot.x()) + ": " + dot.y().text(4);
            svg.dot(means.get(i), 4.5, "dot " + one.style(), tip);
        });
    }

    private static String shortest(double value) {
        return value == Math.rint(value)
                ? String.format(Locale.ROOT, "%,.0f", value)
                : String.format(Locale.ROOT, "%.4f", value).replaceFirst("0+$", "");
    }
}
