package dev.rankine.lora.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Curves over the steps of a run. Which curve is whose the page says, by its legend.
 *
 * @param title with the unit
 * @param curves at least one
 * @param target a value that the curves should reach, drawn as a dashed line; null for none
 * @param range values that the vertical axis must show in any case
 * @param lastStep where the horizontal axis ends, the same in all charts of a page
 * @param noisy whether long curves are drawn faintly, under their moving average; several by their averages alone
 */
record LineChart(
        String title, List<Curve> curves, @Nullable Target target, List<Double> range, double lastStep, boolean noisy) {
    private static final double LEGEND = 38;
    private static final double LETTER = 6.4;
    private static final int MANY = 60;
    /** So many curves of a single run each can be seen through; more would hide one another. */
    private static final int FEW_CURVES = 2;
    /** Where the largest value is this many times the smallest the vertical axis is logarithmic. */
    private static final double WIDE = 50;

    /**
     * @param style class of the curve's colour
     * @param points ordered by step: means, if there are several runs
     * @param outline of the band from the least to the greatest of several runs; empty for one
     */
    record Curve(String name, String style, List<Point> points, List<Point> outline) {
        Curve(String name, String style, List<Point> points) {
            this(name, style, points, List.of());
        }
    }

    record Target(String name, double value) {}

    LineChart {
        curves = List.copyOf(curves);
        range = List.copyOf(range);
    }

    String svg() {
        Svg svg = ChartFrame.begin(title, title + " by step");
        Axis x = Axis.upTo(lastStep, ChartFrame.LEFT, ChartFrame.RIGHT);
        Axis y = vertical();
        ChartFrame.drawVertical(svg, y);
        ChartFrame.drawHorizontal(svg, x, "step");
        if (target != null) {
            svg.line(ChartFrame.LEFT, y.place(target.value()), ChartFrame.RIGHT, y.place(target.value()), "target");
            drawLegend(svg, target);
        }
        if (!isAveraged()) {
            curves.stream()
                    .filter(curve -> !curve.outline().isEmpty())
                    .forEach(curve -> svg.area(placed(curve.outline(), x, y), "band " + curve.style()));
        }
        curves.forEach(curve -> draw(svg, curve, x, y));
        return svg.inline();
    }

    private static void drawLegend(Svg svg, Target target) {
        double from = ChartFrame.RIGHT - 22 - LETTER * target.name().length();
        svg.line(from, LEGEND, from + 16, LEGEND, "target");
        svg.text(ChartFrame.RIGHT, LEGEND + 4, "legend end", target.name());
    }

    private Axis vertical() {
        List<Double> values = new ArrayList<>(range);
        for (Curve curve : curves) {
            curve.points().forEach(point -> values.add(point.y()));
            if (!isAveraged()) {
                curve.outline().forEach(point -> values.add(point.y()));
            }
        }
        if (target != null) {
            values.add(target.value());
        }
        double low = values.stream().mapToDouble(v -> v).min().orElse(0);
        double high = values.stream().mapToDouble(v -> v).max().orElse(0);
        return low > 0 && high / low >= WIDE
                ? Axis.aroundLogarithms(values, ChartFrame.BOTTOM, ChartFrame.TOP)
                : Axis.around(values, ChartFrame.BOTTOM, ChartFrame.TOP);
    }

    private boolean isAveraged() {
        return noisy && curves.stream().anyMatch(curve -> curve.points().size() > MANY);
    }

    /** Few points get dots that tell their value. */
    private void draw(Svg svg, Curve curve, Axis x, Axis y) {
        String style = curve.style();
        boolean averaged = isAveraged() && curve.points().size() > MANY;
        if (!averaged || curves.size() <= FEW_CURVES) {
            svg.path(placed(curve.points(), x, y), "curve " + style + (averaged ? " faint" : ""));
        }
        if (averaged) {
            svg.path(placed(movingAverage(curve.points()), x, y), "curve " + style);
        }
        if (curve.points().size() > MANY) {
            return;
        }
        for (Point point : curve.points()) {
            String tip = String.format(Locale.ROOT, "%s, step %.0f: %.4g", curve.name(), point.x(), point.y());
            svg.dot(new Point(x.place(point.x()), y.place(point.y())), 2.6, "dot " + style, tip);
        }
    }

    private static List<Point> placed(List<Point> points, Axis x, Axis y) {
        return points.stream()
                .map(point -> new Point(x.place(point.x()), y.place(point.y())))
                .toList();
    }

    /** The mean of the points around each, a thirtieth of the curve to either side. */
    private static List<Point> movingAverage(List<Point> points) {
        int reach = points.size() / 30;
        List<Point> smooth = new ArrayList<>();
        for (int i = 0; i < points.size(); i++) {
            int first = Math.max(0, i - reach);
            int end = Math.min(points.size(), i + reach + 1);
            double mean = points.subList(first, end).stream()
                    .mapToDouble(Point::y)
                    .average()
                    .orElseThrow();
            smooth.add(new Point(points.get(i).x(), mean));
        }
        return smooth;
    }
}
