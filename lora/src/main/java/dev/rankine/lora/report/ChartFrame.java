package dev.rankine.lora.report;

import java.util.List;
import java.util.function.DoubleFunction;

/** What charts have in common: their size, title and axes. */
final class ChartFrame {
    static final double WIDTH = 480;
    static final double HEIGHT = 270;
    static final double LEFT = 54;
    static final double RIGHT = WIDTH - 14;
    static final double TOP = 58;
    static final double BOTTOM = HEIGHT - 40;

    private ChartFrame() {}

    /** An empty chart under its title. */
    static Svg begin(String title, String label) {
        return new Svg(WIDTH, HEIGHT, label).text(LEFT, 20, "title", title);
    }

    static void drawVertical(Svg svg, Axis y) {
        for (double tick : y.ticks()) {
            svg.line(LEFT, y.place(tick), RIGHT, y.place(tick), "grid");
            svg.text(LEFT - 8, y.place(tick) + 4, "tick end", y.label(tick));
        }
    }

    static void drawHorizontal(Svg svg, Axis x, List<Double> ticks, DoubleFunction<String> label, String quantity) {
        for (double tick : ticks) {
            svg.line(x.place(tick), BOTTOM, x.place(tick), BOTTOM + 4, "axis");
            svg.text(x.place(tick), BOTTOM + 17, "tick middle", label.apply(tick));
        }
        svg.line(LEFT, BOTTOM, RIGHT, BOTTOM, "axis");
        svg.text((LEFT + RIGHT) / 2, HEIGHT - 6, "tick middle", quantity);
    }

    static void drawHorizontal(Svg svg, Axis x, String quantity) {
        drawHorizontal(svg, x, x.ticks(), x::label, quantity);
    }
}
