package dev.rankine.lora.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.rankine.lora.report.LineChart.Curve;
import dev.rankine.lora.report.LineChart.Target;
import dev.rankine.lora.report.Picture.Mark;
import dev.rankine.lora.report.Picture.Scale;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Whoever reads the numbers off a chart of curves gets those that were drawn. */
class LineChartTest {
    private static List<Point> points(int count, DoubleUnaryOperator y) {
        return IntStream.rangeClosed(1, count)
                .mapToObj(step -> new Point(step, y.applyAsDouble(step)))
                .toList();
    }

    private static Picture draw(boolean noisy, @Nullable Target target, List<Double> range, Curve... curves) {
        Picture picture = Picture.of(new LineChart("Title", List.of(curves), target, range, 100, noisy).svg());
        picture.requireMarksInside();
        return picture;
    }

    private static void requireDrawn(Mark curve, List<Point> points, Scale x, Scale y) {
        assertThat(curve.x()).hasSize(points.size());
        for (int i = 0; i < points.size(); i++) {
            x.requireReads(curve.x()[i], points.get(i).x());
            y.requireReads(curve.y()[i], points.get(i).y());
        }
    }

    @Test
    void everyPointStandsWhereTheAxesSay() {
        List<Point> rising = points(60, step -> .3 + .01 * step);
        List<Point> falling = points(20, step -> 2 - .07 * step);
        Picture picture = draw(true, null, List.of(), new Curve("up", "c0", rising), new Curve("down", "c1", falling));
        Scale x = picture.horizontal(false);
        Scale y = picture.vertical(false);
        assertThat(x.values()).containsExactly(0.0, 20.0, 40.0, 60.0, 80.0, 100.0);
        requireDrawn(picture.of("polyline", "curve c0").getFirst(), rising, x, y);
        requireDrawn(picture.of("polyline", "curve c1").getFirst(), falling, x, y);
        List<Mark> dots = picture.of("circle", "dot c0");
        assertThat(dots).hasSize(60);
        for (int i = 0; i < 60; i++) {
            x.requireReads(dots.get(i).x()[0], rising.get(i).x());
            y.requireReads(dots.get(i).y()[0], rising.get(i).y());
        }
        assertThat(dots.get(19).text()).isEqualTo("up, step 20: 0.5000");
        assertThat(picture.text("step").y()[0]).isGreaterThan(picture.text("80").y()[0]);
    }

    @Test
    void valuesOverTwoDecadesHaveALogarithmicAxis() {
        List<Point> wide = points(51, step -> step);
        Picture picture = draw(false, null, List.of(), new Curve("wide", "c0", wide.subList(0, 50)));
        requireDrawn(
                picture.of("polyline", "curve").getFirst(),
                wide.subList(0, 50),
                picture.horizontal(false),
                picture.vertical(true));
        assertThat(picture.vertical(true).values()).containsExactly(1.0, 10.0, 100.0);
        Picture narrow = draw(false, null, List.of(), new Curve("narrow", "c0", wide.subList(0, 49)));
        assertThat(narrow.vertical(false).values()).startsWith(0.0, 10.0);
        List<Point> small = List.of(new Point(1, .1), new Point(2, 5));
        assertThat(draw(false, null, List.of(), new Curve("small", "c0", small))
                        .vertical(true)
                        .values())
                .containsExactly(.1, 1.0, 10.0);
        Picture withZero = draw(false, null, List.of(0.0), new Curve("zero", "c0", wide.subList(0, 50)));
        assertThat(withZero.vertical(false).values()).startsWith(0.0, 10.0);
    }

    @Test
    void theAxisHoldsTheTargetTheRangeAndTheBand() {
        List<Point> flat = points(5, step -> 4);
        Target target = new Target("goal", 7);
        Picture picture = draw(false, target, List.of(-3.0), new Curve("flat", "c0", flat));
        Scale y = picture.vertical(false);
        assertThat(y.values().getFirst()).isLessThanOrEqualTo(-3);
        assertThat(y.values().getLast()).isGreaterThanOrEqualTo(7);
        List<Mark> dashes = picture.of("line", "target");
        assertThat(dashes).hasSize(2);
        y.requireReads(dashes.getFirst().y()[0], 7);
        assertThat(dashes.getFirst().y()[1]).isEqualTo(dashes.getFirst().y()[0]);
        assertThat(dashes.getFirst().x())
                .containsExactly(picture.of("line", "grid").getFirst().x());
        // the legend: a short dash, then the name, which ends where the chart does
        Mark name = picture.text("goal");
        double begins = name.x()[0] - 6.4 * 4;
        assertThat(name.x()[0]).isEqualTo(dashes.getFirst().x()[1]);
        assertThat(dashes.getLast().width()).isCloseTo(16, within(Picture.ROUNDING));
        assertThat(begins - dashes.getLast().x()[1]).isCloseTo(6, within(Picture.ROUNDING));
        List<Point> band = List.of(new Point(1, 9), new Point(5, 9), new Point(5, -3), new Point(1, -3));
        Picture banded = draw(false, null, List.of(), new Curve("flat", "c0", flat, band));
        requireDrawn(
                banded.of("polygon", "band c0").getFirst(), band, banded.horizontal(false), banded.vertical(false));
        assertThat(picture.of("polygon", "band")).isEmpty();
    }

    /** (-1)^n on a straight line: in the mean over 7 neighbours a seventh of it is left. */
    @Test
    void aLongNoisyCurveIsFaintUnderItsMovingAverage() {
        List<Point> noisy = points(90, step -> step + (step % 2 == 0 ? 1 : -1));
        Picture picture = draw(true, null, List.of(0.0), new Curve("n", "c0", noisy));
        Scale x = picture.horizontal(false);
        Scale y = picture.vertical(false);
        List<Mark> curves = picture.of("polyline", "curve c0");
        assertThat(curves).hasSize(2);
        assertThat(curves.getFirst().is("faint")).isTrue();
        assertThat(curves.getLast().is("faint")).isFalse();
        requireDrawn(curves.getFirst(), noisy, x, y);
        List<Point> averages = new ArrayList<>(points(90, step -> step + (step % 2 == 0 ? -1 : 1) / 7.0));
        // at the ends only what there is: 1 to 4, 1 to 5, 1 to 6
        averages.set(0, new Point(1, 2.5));
        averages.set(1, new Point(2, 3 - 1 / 5.0));
        averages.set(2, new Point(3, 3.5));
        averages.set(87, new Point(88, 87.5));
        averages.set(88, new Point(89, 88 + 1 / 5.0));
        averages.set(89, new Point(90, 88.5));
        requireDrawn(curves.getLast(), averages, x, y);
        assertThat(picture.of("circle", "dot")).isEmpty();
        assertThat(draw(false, null, List.of(), new Curve("n", "c0", noisy)).of("polyline", "faint"))
                .isEmpty();
    }

    @Test
    void manyLongCurvesAreDrawnByTheirAveragesAlone() {
        List<Point> sixty = points(60, step -> step);
        List<Point> long61 = points(61, step -> step);
        List<Point> band = List.of(new Point(1, 500), new Point(61, 500), new Point(1, 300));
        Curve[] two = {new Curve("a", "c0", long61, band), new Curve("b", "c1", long61)};
        assertThat(draw(true, null, List.of(), two).of("polyline", "faint")).hasSize(2);
        Curve[] three = {two[0], two[1], new Curve("c", "c2", sixty)};
        Picture picture = draw(true, null, List.of(0.0), three);
        assertThat(picture.of("polyline", "faint")).isEmpty();
        assertThat(picture.of("polyline", "curve")).hasSize(3);
        assertThat(picture.of("circle", "dot")).hasSize(60);
        requireDrawn(
                picture.of("polyline", "curve c2").getFirst(),
                sixty,
                picture.horizontal(false),
                picture.vertical(false));
        assertThat(draw(true, null, List.of(), new Curve("short", "c0", sixty, band))
                        .of("polygon", "band"))
                .hasSize(1);
        // bands would be those of what is not drawn; they take no room either
        assertThat(picture.of("polygon", "band")).isEmpty();
        assertThat(picture.vertical(false).values().getLast()).isLessThan(100);
        assertThat(draw(false, null, List.of(0.0), three).of("polygon", "band")).hasSize(1);
    }
}
