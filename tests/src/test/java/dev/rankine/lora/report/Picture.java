package dev.rankine.lora.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.StringReader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

/** A drawn picture taken apart again, and read as a person reads it: numbers by the ticks of the axes. */
record Picture(double width, double height, List<Mark> marks) {
    /** Coordinates have two digits behind the point. */
    static final double ROUNDING = .011;

    private static final Pattern SVG = Pattern.compile("<svg.*?</svg>", Pattern.DOTALL);
    private static final Pattern NUMBER = Pattern.compile("-?\\d+(\\.\\d+)?");

    /**
     * An element of the picture.
     *
     * @param x of its corners or points, from left to right where it has two
     * @param text what it says, or shows when the pointer rests on it
     */
    record Mark(String kind, List<String> styles, double[] x, double[] y, double opacity, String text) {
        boolean is(String style) {
            return styles.containsAll(List.of(style.split(" ")));
        }

        double width() {
            return x[1] - x[0];
        }

        double centre() {
            return (x[0] + x[1]) / 2;
        }
    }

    static Picture of(String svg) {
        try {
            Element root = DocumentBuilderFactory.newInstance()
                    .newDocumentBuilder()
                    .parse(new InputSource(new StringReader(svg)))
                    .getDocumentElement();
            String[] box = root.getAttribute("viewBox").split(" ");
            List<Mark> marks = new ArrayList<>();
            NodeList nodes = root.getElementsByTagName("*");
            for (int i = 0; i < nodes.getLength(); i++) {
                Element element = (Element) nodes.item(i);
                if (!element.getTagName().equals("title")) {
                    marks.add(mark(element));
                }
            }
            return new Picture(Double.parseDouble(box[2]), Double.parseDouble(box[3]), marks);
        } catch (Exception malformed) {
            throw new AssertionError(svg, malformed);
        }
    }

    /** Every picture of a page. */
    static List<Picture> all(String page) {
        return SVG.matcher(page)
                .results()
                .map(MatchResult::group)
                .map(Picture::of)
                .toList();
    }

    private static Mark mark(Element element) {
        String kind = element.getTagName();
        double[] x = switch (kind) {
            case "line" -> numbers(element, "x1", "x2");
            case "circle" -> numbers(element, "cx");
            case "rect" -> span(element, "x", "width");
            case "text" -> element.hasAttribute("transform") ? turned(element, 0) : numbers(element, "x");
            default -> points(element, 0);
        };
        double[] y = switch (kind) {
            case "line" -> numbers(element, "y1", "y2");
            case "circle" -> numbers(element, "cy");
            case "rect" -> span(element, "y", "height");
            case "text" -> element.hasAttribute("transform") ? turned(element, 1) : numbers(element, "y");
            default -> points(element, 1);
        };
        double opacity = element.hasAttribute("fill-opacity") ? numbers(element, "fill-opacity")[0] : 1;
        List<String> styles = List.of(element.getAttribute("class").split(" "));
        return new Mark(kind, styles, x, y, opacity, element.getTextContent());
    }

    private static double[] numbers(Element element, String... names) {
        return Arrays.stream(names)
                .mapToDouble(name -> Double.parseDouble(element.getAttribute(name)))
                .toArray();
    }

    private static double[] span(Element element, String from, String length) {
        double[] numbers = numbers(element, from, length);
        return new double[] {numbers[0], numbers[0] + numbers[1]};
    }

    private static double[] turned(Element element, int axis) {
        List<String> numbers = NUMBER.matcher(element.getAttribute("transform"))
                .results()
                .map(MatchResult::group)
                .toList();
        return new double[] {Double.parseDouble(numbers.get(axis))};
    }

    private static double[] points(Element element, int axis) {
        return Arrays.stream(element.getAttribute("points").split(" "))
                .mapToDouble(point -> Double.parseDouble(point.split(",")[axis]))
                .toArray();
    }

    List<Mark> of(String kind, String style) {
        return marks.stream()
                .filter(mark -> mark.kind().equals(kind) && mark.is(style))
                .toList();
    }

    /** The one text that says this. */
    Mark text(String text) {
        return marks.stream()
                .filter(mark -> mark.kind().equals("text") && mark.text().equals(text))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no text '" + text + "' among " + marks));
    }

    void requireMarksInside() {
        for (Mark mark : marks) {
            assertThat(Arrays.stream(mark.x())).as("%s", mark).allMatch(x -> x >= 0 && x <= width);
            assertThat(Arrays.stream(mark.y())).as("%s", mark).allMatch(y -> y >= 0 && y <= height);
        }
    }

    /** A scale as its ticks tell it: where they are and what is written beside them, at equal distances. */
    record Scale(List<Double> places, List<Double> values, boolean logarithmic) {
        Scale {
            assertThat(places).hasSameSizeAs(values).hasSizeGreaterThan(1);
            double share = 1.0 / (places.size() - 1);
            for (int i = 0; i < places.size(); i++) {
                double even = places.getFirst() + i * share * (places.getLast() - places.getFirst());
                assertThat(places.get(i)).isCloseTo(even, within(ROUNDING));
            }
        }

        double read(double place) {
            double share = (place - places.getFirst()) / (places.getLast() - places.getFirst());
            double low = values.getFirst();
            double high = values.getLast();
            return logarithmic ? low * Math.pow(high / low, share) : low + share * (high - low);
        }

        /** What a hundredth of a coordinate makes in a value. */
        double blur(double value) {
            double reach = Math.abs(places.getLast() - places.getFirst());
            double low = values.getFirst();
            double high = values.getLast();
            return ROUNDING / reach * (logarithmic ? value * Math.log(high / low) : high - low);
        }

        void requireReads(double place, double expected) {
            assertThat(read(place)).isCloseTo(expected, within(blur(Math.abs(expected)) + 1e-12));
        }
    }

    /** The vertical scale: lines across the chart, each with its value to the left, on the line's height. */
    Scale vertical(boolean logarithmic) {
        List<Mark> lines = of("line", "grid");
        List<Mark> labels = of("text", "tick end");
        for (int i = 0; i < lines.size(); i++) {
            double[] y = lines.get(i).y();
            assertThat(y[0]).isEqualTo(y[1]);
            assertThat(labels.get(i).y()[0] - y[0]).isBetween(1.0, 6.0);
            assertThat(labels.get(i).x()[0]).isLessThan(lines.get(i).x()[0]);
        }
        return new Scale(lines.stream().map(line -> line.y()[0]).toList(), values(labels), logarithmic);
    }

    /** The horizontal scale: short lines below the chart, each with its value beneath; the quantity comes last. */
    Scale horizontal(boolean logarithmic) {
        List<Mark> lines = of("line", "axis").stream()
                .filter(line -> line.x()[0] == line.x()[1])
                .toList();
        List<Mark> labels = of("text", "tick middle").subList(0, lines.size());
        for (int i = 0; i < lines.size(); i++) {
            Mark line = lines.get(i);
            assertThat(line.y()[1])
                    .isGreaterThan(line.y()[0])
                    .isLessThan(labels.get(i).y()[0] - 8);
            assertThat(labels.get(i).x()[0]).isEqualTo(line.x()[0]);
        }
        return new Scale(lines.stream().map(line -> line.x()[0]).toList(), values(labels), logarithmic);
    }

    private static List<Double> values(List<Mark> labels) {
        return labels.stream()
                .map(label -> Double.parseDouble(label.text().replace(",", "")))
                .toList();
    }
}
