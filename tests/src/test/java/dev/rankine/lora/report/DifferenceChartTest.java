package dev.rankine.lora.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.rankine.lora.report.DifferenceChart.Row;
import dev.rankine.lora.report.PairedBootstrap.Difference;
import dev.rankine.lora.report.Picture.Mark;
import dev.rankine.lora.report.Picture.Scale;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Whoever reads intervals off the chart gets those that were measured. */
class DifferenceChartTest {
    private static final List<Row> ROWS = List.of(
            new Row("sure", "c0", new Difference(.021, .0105, .04, .0004)),
            new Row("unsure", "c1", new Difference(-.004, -.018, .006, .513)),
            new Row("worse", "c2", new Difference(-.03, -.055, -.001, .041)));

    private static Picture draw(List<Row> rows) {
        Picture picture = Picture.of(new DifferenceChart("Exact: difference to LoRA", rows).svg());
        picture.requireMarksInside();
        return picture;
    }

    /** Lines from top to bottom, of which about every fifth part has its value beneath. */
    private static Scale scale(Picture picture) {
        List<Double> places = new ArrayList<>();
        List<Double> values = new ArrayList<>();
        List<Mark> labels = picture.of("text", "tick middle");
        for (Mark line : picture.of("line", "grid")) {
            labels.stream().filter(label -> label.x()[0] == line.x()[0]).forEach(label -> {
                assertThat(label.y()[0]).isGreaterThan(line.y()[1] + 8);
                places.add(line.x()[0]);
                values.add(Double.parseDouble(label.text()));
            });
        }
        assertThat(places).hasSameSizeAs(labels).hasSizeBetween(2, 5);
        assertThat(places.getFirst())
                .isEqualTo(picture.of("line", "grid").getFirst().x()[0]);
        return new Scale(places, values, false);
    }

    @Test
    void everyIntervalStandsWhereTheAxisSays() {
        Picture picture = draw(ROWS);
        Scale x = scale(picture);
        List<Mark> bars = picture.of("line", "bar");
        List<Mark> dots = picture.of("circle", "dot");
        for (int i = 0; i < ROWS.size(); i++) {
            Difference difference = ROWS.get(i).difference();
            Mark bar = bars.get(i);
            x.requireReads(bar.x()[0], difference.low());
            x.requireReads(bar.x()[1], difference.high());
            x.requireReads(dots.get(i).x()[0], difference.estimate());
            assertThat(bar.y()).containsExactly(dots.get(i).y()[0], dots.get(i).y()[0]);
            assertThat(bar.is("unsure")).isEqualTo(i == 1);
            assertThat(dots.get(i).is("unsure")).isEqualTo(i == 1);
        }
        assertThat(dots.getFirst().text()).isEqualTo("sure +0.0210 [+0.0105, +0.0400]");
        Mark zero = picture.of("line", "zeroline").getFirst();
        x.requireReads(zero.x()[0], 0);
        assertThat(zero.x()[1]).isEqualTo(zero.x()[0]);
    }

    @Test
    void everyRowHasItsNameItsNumbersAndItsRoom() {
        Picture picture = draw(ROWS);
        Mark line = picture.of("line", "grid").getFirst();
        Mark zero = picture.of("line", "zeroline").getFirst();
        List<Mark> dots = picture.of("circle", "dot");
        double room = (line.y()[1] - line.y()[0] - 4) / 3;
        for (int i = 0; i < 3; i++) {
            double y = dots.get(i).y()[0];
            assertThat(y).isCloseTo(line.y()[0] + 4 + (i + .5) * room, within(Picture.ROUNDING));
            assertThat(picture.text(ROWS.get(i).name()).y()[0]).isCloseTo(y + 4, within(Picture.ROUNDING));
        }
        assertThat(room).isEqualTo(26);
        assertThat(zero.y()[0]).isLessThan(line.y()[0]);
        assertThat(zero.y()[1]).isGreaterThan(line.y()[1]).isLessThan(picture.height() - 30);
        List<Mark> strong = picture.of("text", "end strong");
        List<Mark> weak = picture.of("text", "end weak");
        assertThat(strong)
                .extracting(Mark::text)
                .containsExactly("+0.0210 [+0.0105, +0.0400]", "<.001", "-0.0300 [-0.0550, -0.0010]", ".041");
        assertThat(weak).extracting(Mark::text).containsExactly("-0.0040 [-0.0180, +0.0060]", ".513");
        Mark heading = picture.text("difference [95 % interval]");
        assertThat(heading.y()[0]).isEqualTo(picture.text("p").y()[0]).isBetween(22.0, zero.y()[0]);
        assertThat(heading.x()).isEqualTo(strong.getFirst().x());
        assertThat(picture.text("p").x()).isEqualTo(strong.get(1).x());
        for (Mark text : List.of(strong.getFirst(), strong.get(1))) {
            assertThat(text.y()[0]).isEqualTo(picture.text("sure").y()[0]);
        }
    }

    @Test
    void oneInAThousandIsTheFirstThatIsWritten() {
        Picture picture = draw(List.of(
                new Row("a", "c0", new Difference(1, .5, 2, .001)), new Row("b", "c0", new Difference(0, -1, 2, 1))));
        assertThat(picture.of("text", "end strong").getLast().text()).isEqualTo(".001");
        assertThat(picture.of("text", "end weak").getLast().text()).isEqualTo("1.000");
    }
}
