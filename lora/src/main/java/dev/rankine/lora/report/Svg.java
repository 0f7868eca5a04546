package dev.rankine.lora.report;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** A picture in SVG, written element by element. Colours come from style classes. */
final class Svg {
    private final double width;
    private final double height;
    private final String label;
    private final StringBuilder body = new StringBuilder();

    /** @param label what a screen reader says for the picture */
    Svg(double width, double height, String label) {
        this.width = width;
        this.height = height;
        this.label = label;
    }

    Svg line(double x1, double y1, double x2, double y2, String style) {
        return add("<line x1='%s' y1='%s' x2='%s' y2='%s' class='%s'/>", at(x1), at(y1), at(x2), at(y2), style);
    }

    /** A polyline through points in the picture's coordinates. */
    Svg path(List<Point> points, String style) {
        String list = points.stream().map(p -> at(p.x()) + "," + at(p.y())).collect(Collectors.joining(" "));
        return add("<polyline points='%s' class='%s'/>", list, style);
    }

    /** The area within points in the picture's coordinates. */
    Svg area(List<Point> outline, String style) {
        String list = outline.stream().map(p -> at(p.x()) + "," + at(p.y())).collect(Collectors.joining(" "));
        return add("<polygon points='%s' class='%s'/>", list, style);
    }

    /** A dot that shows a text when the pointer rests on it. */
    Svg dot(Point point, double radius, String style, String tip) {
        return add(
                "<circle cx='%s' cy='%s' r='%s' class='%s'><title>%s</title></circle>",
                at(point.x()), at(point.y()), at(radius), style, escape(tip));
    }

    /** A filled rectangle of some opacity that shows a text when the pointer rests on it. */
    Svg cell(double x, double y, double w, double h, double opacity, String style, String tip) {
        return add(
                "<rect x='%s' y='%s' width='%s' height='%s' rx='4' class='%s' fill-opacity='%s'><title>%s</title></rect>",
                at(x), at(y), at(w), at(h), style, at(opacity), escape(tip));
    }

    Svg text(double x, double y, String style, String text) {
        return add("<text x='%s' y='%s' class='%s'>%s</text>", at(x), at(y), style, escape(text));
    }

    /** A text that is turned counter-clockwise around its anchor. */
    Svg text(double x, double y, double degrees, String style, String text) {
        return add(
                "<text transform='translate(%s,%s) rotate(%s)' class='%s'>%s</text>",
                at(x), at(y), at(-degrees), style, escape(text));
    }

    private Svg add(String format, Object... values) {
        body.append(String.format(Locale.ROOT, format, values)).append('\n');
        return this;
    }

    /** The element to put into a page, which brings the style. */
    String inline() {
        return open("") + body + "</svg>\n";
    }

    /** A file of its own. */
    String standAlone(String style) {
        return open(String.format(
                        Locale.ROOT,
                        " width='%s' height='%s' xmlns='http://www.w3.org/2000/svg'",
                        at(width),
                        at(height)))
                + "<style>\n" + style + "</style>\n<rect width='100%' height='100%' class='paper'/>\n" + body
                + "</svg>\n";
    }

    private String open(String attributes) {
        return String.format(
                Locale.ROOT,
                "<svg viewBox='0 0 %s %s' role='img' aria-label='%s'%s>\n",
                at(width),
                at(height),
                escape(label),
                attributes);
    }

    /** A coordinate with at most two digits behind the point. */
    private static String at(double value) {
        String digits = String.format(Locale.ROOT, "%.2f", value);
        return digits.replaceFirst("\\.?0+$", "");
    }

    /** Text inside elements and quoted attributes. */
    static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("'", "&#39;")
                .replace("\"", "&quot;");
    }
}
