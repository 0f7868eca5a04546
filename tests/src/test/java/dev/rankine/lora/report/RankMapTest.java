package dev.rankine.lora.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.rankine.lora.report.Picture.Mark;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The map is a grid: a row per layer, a column per kind of matrix, darker where more rank was kept. */
class RankMapTest {
    private static final List<String> STACKS = List.of("encoder 0", "encoder 1", "decoder 0");

    private static Map<String, Double> ranks(int columns) {
        Map<String, Double> ranks = new LinkedHashMap<>();
        int number = 0;
        for (String stack : STACKS) {
            for (int column = 0; column < columns; column++) {
                String module = "model." + stack.replace(" ", ".layers.") + ".m" + column;
                ranks.put(module, (double) (number++ % 9));
            }
        }
        return ranks;
    }

    private static Picture draw(Map<String, ? extends Number> ranks, int full) {
        Picture picture = Picture.of(new RankMap("Kept", ranks, full).svg());
        picture.requireMarksInside();
        return picture;
    }

    /** Cells of matrices, without those of the legend. */
    private static List<Mark> cells(Picture picture) {
        return picture.of("rect", "heat").stream()
                .filter(cell -> cell.text().contains(" of "))
                .toList();
    }

    private static Mark cell(Picture picture, String module) {
        return cells(picture).stream()
                .filter(cell -> cell.text().startsWith(module + ": "))
                .findFirst()
                .orElseThrow();
    }

    /** The text in the middle of a cell. */
    private static Mark inside(Picture picture, Mark cell) {
        Mark text = picture.of("text", "value").stream()
                .filter(mark -> Math.abs(mark.x()[0] - cell.centre()) < Picture.ROUNDING
                        && mark.y()[0] > cell.y()[0]
                        && mark.y()[0] < cell.y()[1])
                .findFirst()
                .orElseThrow(() -> new AssertionError("nothing in " + cell));
        assertThat(text.y()[0] - (cell.y()[0] + cell.y()[1]) / 2).isBetween(3.0, 7.0);
        return text;
    }

    @Test
    void cellsStandUnderTheirModuleAndBesideTheirLayer() {
        for (int columns : new int[] {6, 7}) {
            Picture picture = draw(ranks(columns), 8);
            double side = columns == 6 ? 62 : 44;
            Mark first = cells(picture).getFirst();
            for (int row = 0; row < 3; row++) {
                for (int column = 0; column < columns; column++) {
                    Mark cell = cells(picture).get(row * columns + column);
                    double left = first.x()[0] + column * (side + 4);
                    double top = first.y()[0] + row * (34 + 4);
                    assertThat(cell.x()).containsExactly(left, left + side);
                    assertThat(cell.y()).containsExactly(top, top + 34);
                    Mark header = picture.text("m" + column);
                    assertThat(cell.centre() - header.x()[0]).isCloseTo(8, within(Picture.ROUNDING));
                    assertThat(header.y()[0]).isBetween(first.y()[0] - 12, first.y()[0] - 8);
                    Mark layer = picture.text(STACKS.get(row));
                    assertThat(layer.y()[0] - (top + 17)).isBetween(3.0, 6.0);
                    assertThat(layer.x()[0]).isBetween(first.x()[0] - 16, first.x()[0] - 4);
                    assertThat(Double.parseDouble(inside(picture, cell).text()))
                            .isEqualTo((row * columns + column) % 9);
                }
            }
            double right = cells(picture).get(columns - 1).x()[1];
            assertThat(picture.width() - right).isCloseTo(44, within(Picture.ROUNDING));
        }
    }

    @Test
    void theMoreRankTheDarkerTheCell() {
        Map<String, Double> ranks = new LinkedHashMap<>();
        for (double rank : new double[] {0, 1, 11, 11.5, 20, 30}) {
            ranks.put("m" + rank, rank);
        }
        Picture picture = draw(ranks, 20);
        double[] shares = {0, .05, .55, .575, 1, 1};
        String[] inks = {"zero", "value", "value", "over", "over", "over"};
        String[] texts = {"0", "1", "11", "11.5", "20", "30"};
        for (int i = 0; i < shares.length; i++) {
            Mark cell = cells(picture).get(i);
            assertThat(cell.opacity()).isCloseTo(.06 + .94 * shares[i], within(Picture.ROUNDING));
            Mark text = inside(picture, cell);
            assertThat(text.styles().getLast()).isEqualTo(inks[i]);
            assertThat(text.text()).isEqualTo(texts[i]);
            assertThat(cell.text()).endsWith(": rank " + texts[i] + " of 20");
        }
    }

    /** Rows that have other matrices than the fullest one do not mix up its order. */
    @Test
    void theFullestRowGivesTheOrderOfTheColumns() {
        Map<String, Integer> ranks = new LinkedHashMap<>();
        ranks.put("encoder.layer.0.b", 1);
        ranks.put("encoder.layer.0.x", 1);
        for (String module : List.of("a", "b", "c")) {
            ranks.put("decoder.layer.0." + module, 2);
        }
        Picture picture = draw(ranks, 2);
        double[] places = List.of("a", "b", "c", "x").stream()
                .mapToDouble(module -> picture.text(module).x()[0])
                .toArray();
        assertThat(places).isSorted().doesNotHaveDuplicates();
        assertThat(cell(picture, "encoder.layer.0.b").x())
                .isEqualTo(cell(picture, "decoder.layer.0.b").x());
        assertThat(cells(picture)).hasSize(5);
        assertThat(picture.width()).isEqualTo(420);
    }

    @Test
    void theLegendGoesFromNoneToAll() {
        for (int full : new int[] {0, 4, 8, 12}) {
            Picture picture = draw(ranks(3), full);
            List<Mark> legend = picture.of("rect", "heat").stream()
                    .filter(cell -> !cell.text().contains(" of "))
                    .toList();
            int steps = Math.min(full, 8);
            assertThat(legend).hasSize(steps + 1);
            List<Mark> texts = picture.of("text", "tick middle");
            double below = cells(picture).getLast().y()[1];
            for (int i = 0; i <= steps; i++) {
                long rank = steps == 0 ? 0 : Math.round((double) full * i / steps);
                Mark cell = legend.get(i);
                assertThat(cell.text()).isEqualTo("rank " + rank);
                assertThat(texts.get(i).text()).isEqualTo("" + rank);
                assertThat(texts.get(i).x()[0]).isCloseTo(cell.centre(), within(Picture.ROUNDING));
                assertThat(texts.get(i).y()[0] - cell.y()[1]).isBetween(10.0, 16.0);
                assertThat(cell.opacity())
                        .isCloseTo(full == 0 ? .06 : .06 + .94 * rank / full, within(Picture.ROUNDING));
                assertThat(cell.y()[0] - below).isBetween(18.0, 26.0);
                assertThat(cell.width()).isCloseTo(24, within(Picture.ROUNDING));
                assertThat(cell.x()[0]).isCloseTo(legend.getFirst().x()[0] + 26 * i, within(Picture.ROUNDING));
            }
            Mark name = picture.text("rank");
            assertThat(name.y()[0])
                    .isBetween(legend.getFirst().y()[0] + 8, legend.getFirst().y()[1]);
            assertThat(name.x()[0])
                    .isBetween(legend.getFirst().x()[0] - 16, legend.getFirst().x()[0] - 4);
            assertThat(picture.height() - texts.getFirst().y()[0]).isBetween(5.0, 15.0);
        }
    }

    @Test
    void aMapOfNothingIsRefused() {
        assertThatThrownBy(() -> new RankMap("none", Map.of(), 8)).hasMessageContaining("at least one matrix");
    }
}
