package dev.rankine.lora.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.rankine.lora.report.BudgetChart.Dot;
import dev.rankine.lora.report.BudgetChart.Series;
import dev.rankine.lora.report.Picture.Mark;
import dev.rankine.lora.report.Picture.Scale;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Whoever reads quality and budget off the chart gets the numbers that were drawn. */
class BudgetChartTest {
    private static Dot dot(double x, double mean, double deviation) {
        return new Dot(x, new MeanDeviation(mean, OptionalDouble.of(deviation), 3));
    }

    private static Dot single(double x, double mean) {
        return new Dot(x, new MeanDeviation(mean, OptionalDouble.empty(), 1));
    }

    private static Picture draw(List<Double> values, boolean logarithmic, Series... series) {
        Picture picture = Picture.of(new BudgetChart("Quality", "budget", List.of(series), values, logarithmic).svg());
        picture.requireMarksInside();
        return picture;
    }

    @Test
    void dotsAndWhiskersStandWhereTheAxesSay() {
        List<Dot> dots = List.of(dot(1000, .55, .02), dot(3000, .7, .1), single(4000, .62));
        Picture picture = draw(List.of(), false, new Series("method", "c0", dots));
        Scale x = picture.horizontal(false);
        Scale y = picture.vertical(false);
        List<Mark> drawn = picture.of("circle", "dot c0");
        List<Mark> bars = picture.of("line", "bar c0");
        assertThat(bars).hasSize(6);
        for (int i = 0; i < 3; i++) {
            double at = drawn.get(i).x()[0];
            x.requireReads(at, dots.get(i).x());
            y.requireReads(drawn.get(i).y()[0], dots.get(i).y().mean());
            if (i < 2) {
                double low = dots.get(i).low();
                double high = dots.get(i).high();
                assertThat(high - low).isCloseTo(2 * dots.get(i).y().deviation().orElseThrow(), within(1e-12));
                Mark whisker = bars.get(3 * i);
                assertThat(whisker.x()).containsExactly(at, at);
                y.requireReads(whisker.y()[0], low);
                y.requireReads(whisker.y()[1], high);
                for (int cap = 1; cap <= 2; cap++) {
                    Mark end = bars.get(3 * i + cap);
                    assertThat(end.y()[0]).isEqualTo(end.y()[1]);
                    assertThat(end.x()).containsExactly(new double[] {at - 3, at + 3}, within(Picture.ROUNDING));
                    y.requireReads(end.y()[0], cap == 1 ? low : high);
                }
            }
        }
        Mark curve = picture.of("polyline", "curve c0").getFirst();
        assertThat(curve.x())
                .containsExactly(drawn.stream().mapToDouble(d -> d.x()[0]).toArray());
        assertThat(drawn.get(1).text()).isEqualTo("method, 3,000: 0.7000 ± 0.1000");
        assertThat(picture.text("budget").y()[0])
                .isGreaterThan(picture.text("2,000").y()[0]);
    }

    @Test
    void nothingIsJoinedToASingleDot() {
        Picture picture = draw(List.of(), false, new Series("a", "c0", List.of(single(.5, 3))));
        assertThat(picture.of("polyline", "curve")).isEmpty();
        assertThat(picture.of("circle", "dot").getFirst().text()).isEqualTo("a, 0.5: 3.0000");
    }

    /** The values of a sweep are the ticks; methods at the same value stand beside one another, around it. */
    @Test
    void methodsOfASweepStandAroundItsValues() {
        List<Double> values = List.of(2.0, 4.0, 8.0, 16.0);
        Series[] series = IntStream.range(0, 3)
                .mapToObj(i -> new Series("m" + i, "c" + i, List.of(single(2, .1 * i + .1), single(16, .5))))
                .toArray(Series[]::new);
        Picture picture = draw(values, true, series);
        Scale x = picture.horizontal(true);
        assertThat(x.values()).isEqualTo(values);
        for (int i = 0; i < 3; i++) {
            List<Mark> dots = picture.of("circle", "dot c" + i);
            double aside = 4 * (i - 1);
            x.requireReads(dots.get(0).x()[0] - aside, 2);
            x.requireReads(dots.get(1).x()[0] - aside, 16);
        }
        Picture two = draw(values, true, series[0], series[1]);
        x.requireReads(two.of("circle", "dot c0").getFirst().x()[0] + 2, 2);
        x.requireReads(two.of("circle", "dot c1").getFirst().x()[0] - 2, 2);
    }

    @Test
    void aSweepOverShares() {
        List<Double> values = List.of(.25, .5, .75);
        Picture picture = draw(values, false, new Series("m", "c0", List.of(single(.25, 1), single(.75, 2))));
        Scale x = picture.horizontal(false);
        assertThat(x.values()).isEqualTo(values);
        x.requireReads(picture.of("circle", "dot").getLast().x()[0], .75);
        assertThat(x.places().getLast() - x.places().getFirst()).isGreaterThan(picture.width() / 2);
    }

    @Test
    void aSweepOfOneValueHasItInTheMiddle() {
        Picture picture = draw(List.of(8.0), false, new Series("m", "c0", List.of(single(8, 1))));
        Mark ground = picture.of("line", "axis").getLast();
        assertThat(ground.width()).isGreaterThan(picture.width() / 2);
        assertThat(picture.of("circle", "dot").getFirst().x()[0])
                .isCloseTo(ground.centre(), within(Picture.ROUNDING))
                .isEqualTo(picture.text("8").x()[0]);
    }
}
