package dev.rankine.lora.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Curves over the steps of a run.
 *
 * @param title with the unit
 * @param curves at least one
 * @param target a value that the curves should reach, drawn as a dashed line; null for none
 * @param range values that the vertical axis must show in any case
 * @param noisy whether long curves are drawn faintly, under their moving average
 */
record LineChart(String title, List<Curve> curves, @Nullable Target target, List<Double> range, boolean noisy) {
    private static final double WIDTH = 480;
    private static final double HEIGHT = 270;
    private static final double LEFT = 54;
    private static final double RIGHT = 14;
    private static final double TOP = 58;
    private static final double BOTTOM = 40;
    private static final double LETTER = 6.4;
    private static final int MANY = 60;
    /** Where the largest value is this many times the smallest the vertical axis is logarithmic. */
    private static final double WIDE = 50;

    /**
     * @param colour number of the palette's colour
     * @param points ordered by step
     */
    record Curve(String name, int colour, List<Point> points) {}

    record Target(String name, double value) {}

    LineChart {
        curves = List.copyOf(curves);
        range = List.copyOf(range);
    }

    String svg() {
        Svg svg = new Svg(WIDTH, HEIGHT, title + " by step");
        Axis x = Axis.upTo(lastStep(), LEFT, WIDTH - RIGHT);
        Axis y = vertical();
        svg.text(LEFT, 20, "title", title);
        drawLegend(svg);
        drawAxes(svg, x, y);
        if (target != null) {
            svg.line(LEFT, y.place(target.value()), WIDTH - RIGHT, y.place(target.value()), "target");
        }
        curves.forEach(curve -> draw(svg, curve, x, y));
        return svg.inline();
    }

    private Axis vertical() {
        List<Double> values = new ArrayList<>(range);
        curves.forEach(curve -> curve.points().forEach(point -> values.add(point.y())));
        if (target != null) {
            values.add(target.value());
        }
        double low = values.stream().mapToDouble(v -> v).min().orElse(0);
        double high = values.stream().mapToDouble(v -> v).max().orElse(0);
        return low > 0 && high / low >= WIDE
                ? Axis.aroundLogarithms(values, HEIGHT - BOTTOM, TOP)
                : Axis.around(values, HEIGHT - BOTTOM, TOP);
    }

    private double lastStep() {
        return curves.stream()
                .flatMap(curve -> curve.points().stream())
                .mapToDouble(Point::x)
                .max()
                .orElse(1);
    }

    private void drawLegend(Svg svg) {
        if (curves.size() == 1 && target == null) {
            return;
        }
        double x = LEFT;
        for (Curve curve : curves) {
            svg.line(x, 38, x + 16, 38, "curve c" + curve.colour());
            svg.text(x + 22, 42, "legend", curve.name());
            x += 22 + LETTER * curve.name().length() + 16;
        }
        if (target != null) {
            svg.line(x, 38, x + 16, 38, "target");
            svg.text(x + 22, 42, "legend", target.name());
        }
    }

    private static void drawAxes(Svg svg, Axis x, Axis y) {
        for (double tick : y.ticks()) {
            svg.line(LEFT, y.place(tick), WIDTH - RIGHT, y.place(tick), "grid");
            svg.text(LEFT - 8, y.place(tick) + 4, "tick end", y.label(tick));
        }
        for (double tick : x.ticks()) {
            svg.line(x.place(tick), HEIGHT - BOTTOM, x.place(tick), HEIGHT - BOTTOM + 4, "axis");
            svg.text(x.place(tick), HEIGHT - BOTTOM + 17, "tick middle", x.label(tick));
        }
        svg.line(LEFT, HEIGHT - BOTTOM, WIDTH - RIGHT, HEIGHT - BOTTOM, "axis");
        svg.text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 6, "tick middle", "step");
    }

    /** Few points get dots that tell their value. */
    private void draw(Svg svg, Curve curve, Axis x, Axis y) {
        String colour = "c" + curve.colour();
        boolean many = curve.points().size() > MANY;
        svg.path(placed(curve.points(), x, y), "curve " + colour + (many && noisy ? " faint" : ""));
        if (many && noisy) {
            svg.path(placed(movingAverage(curve.points()), x, y), "curve " + colour);
        }
        if (many) {
            return;
        }
        for (Point point : curve.points()) {
            String tip = String.format(Locale.ROOT, "%s, step %.0f: %.4g", curve.name(), point.x(), point.y());
            svg.dot(new Point(x.place(point.x()), y.place(point.y())), 2.6, "dot " + colour, tip);
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
