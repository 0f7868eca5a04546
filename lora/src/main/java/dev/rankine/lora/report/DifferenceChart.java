package dev.rankine.lora.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Differences to a reference, a row each: the estimate as a dot on its interval, beside a line at 0. What is not sure is
 * drawn faintly.
 *
 * @param rows at least one
 */
record DifferenceChart(String title, List<Row> rows) {
    private static final double WIDTH = 520;
    private static final double LEFT = 108;
    private static final double RIGHT = 294;
    private static final double INTERVAL = 478;
    private static final double TOP = 44;
    private static final double ROW = 26;

    /** @param style class of its colour */
    record Row(String name, String style, PairedBootstrap.Difference difference) {}

    String svg() {
        double bottom = TOP + rows.size() * ROW;
        Svg svg = new Svg(WIDTH, bottom + 42, title);
        svg.text(8, 20, "title", title);
        List<Double> values = new ArrayList<>(List.of(0.0));
        rows.forEach(row ->
                values.addAll(List.of(row.difference().low(), row.difference().high())));
        Axis x = Axis.around(values, LEFT, RIGHT);
        List<Double> ticks = x.ticks();
        int every = (ticks.size() + 4) / 5;
        for (int i = 0; i < ticks.size(); i++) {
            double place = x.place(ticks.get(i));
            svg.line(place, TOP - 4, place, bottom, "grid");
            if (i % every == 0) {
                svg.text(place, bottom + 16, "tick middle", x.label(ticks.get(i)));
            }
        }
        svg.line(x.place(0), TOP - 8, x.place(0), bottom + 2, "zeroline");
        svg.text(INTERVAL, TOP - 12, "tick end", "difference [95 % interval]");
        svg.text(WIDTH - 4, TOP - 12, "tick end", "p");
        for (int i = 0; i < rows.size(); i++) {
            draw(svg, rows.get(i), TOP + (i + .5) * ROW, x);
        }
        return svg.inline();
    }

    private static void draw(Svg svg, Row row, double y, Axis x) {
        PairedBootstrap.Difference difference = row.difference();
        String style = row.style() + (difference.isSure() ? "" : " unsure");
        svg.text(8, y + 4, "", row.name());
        svg.line(x.place(difference.low()), y, x.place(difference.high()), y, "bar " + style);
        svg.dot(new Point(x.place(difference.estimate()), y), 4.5, "dot " + style, row.name() + " " + text(difference));
        String ink = difference.isSure() ? "end strong" : "end weak";
        svg.text(INTERVAL, y + 4, ink, text(difference));
        svg.text(WIDTH - 4, y + 4, ink, probability(difference.p()));
    }

    /** Such as {@code +0.0120 [-0.0011, +0.0250]}. */
    private static String text(PairedBootstrap.Difference difference) {
        return String.format(
                Locale.ROOT, "%+.4f [%+.4f, %+.4f]", difference.estimate(), difference.low(), difference.high());
    }

    private static String probability(double p) {
        return p < .001 ? "<.001" : String.format(Locale.ROOT, "%.3f", p).replaceFirst("^0", "");
    }
}
