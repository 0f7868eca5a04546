package dev.rankine.transformer.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.rankine.Repository;
import java.util.Arrays;
import java.util.List;
import java.util.stream.StreamSupport;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Cases worked out by hand, and what other libraries say: fixtures/metrics.json, made by make_metric_fixture.py. */
class MetricsTest {
    private static final Offset<Double> CLOSE = within(1e-12);
    private static final JsonNode OTHERS =
            new JsonMapper().readTree(Repository.root().resolve("tests/fixtures/metrics.json"));

    private static int[] ints(JsonNode array) {
        return Arrays.stream(doubles(array)).mapToInt(value -> (int) value).toArray();
    }

    private static double[] doubles(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false)
                .mapToDouble(JsonNode::asDouble)
                .toArray();
    }

    private static List<String> texts(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false)
                .map(JsonNode::asString)
                .toList();
    }

    @Test
    void twoClassesByHand() {
        // TP 3, FN 1, FP 2, TN 4
        int[] actual = {1, 1, 1, 1, 0, 0, 0, 0, 0, 0};
        int[] predicted = {1, 1, 1, 0, 1, 1, 0, 0, 0, 0};
        Confusion confusion = Confusion.of(predicted, actual, 2);
        assertThat(confusion.accuracy()).isEqualTo(.7);
        assertThat(confusion.f1(1)).isCloseTo(2 * 3 / (2 * 3 + 2 + 1.0), CLOSE);
        assertThat(confusion.f1(0)).isCloseTo(2 * 4 / (2 * 4 + 1 + 2.0), CLOSE);
        assertThat(confusion.macroF1()).isCloseTo((6 / 9.0 + 8 / 11.0) / 2, CLOSE);
        assertThat(confusion.matthews()).isCloseTo((3 * 4 - 2 * 1) / Math.sqrt(5 * 4 * 6 * 5.0), CLOSE);
    }

    @Test
    void extremesOfClasses() {
        Confusion right = Confusion.of(new int[] {0, 1, 2}, new int[] {0, 1, 2}, 3);
        assertThat(List.of(right.accuracy(), right.macroF1(), right.matthews())).containsOnly(1.0);
        assertThat(Confusion.of(new int[] {0, 1}, new int[] {1, 0}, 2).matthews())
                .isEqualTo(-1);
        Confusion constant = Confusion.of(new int[] {0, 0, 0}, new int[] {0, 1, 0}, 2);
        assertThat(constant.matthews()).isZero();
        assertThat(constant.f1(1)).isZero();
        assertThatThrownBy(() -> Confusion.of(new int[0], new int[0], 2)).hasMessageContaining("at least one");
    }

    @Test
    void correlationsByHand() {
        double[] x = {1, 2, 3, 4};
        assertThat(Correlation.pearson(x, new double[] {2, 4, 6, 8})).isCloseTo(1, CLOSE);
        assertThat(Correlation.pearson(x, new double[] {1, 2, 4, 3})).isCloseTo(.8, CLOSE);
        assertThat(Correlation.spearman(x, new double[] {1, 10, 100, 1000})).isCloseTo(1, CLOSE);
        assertThat(Correlation.spearman(x, new double[] {4, 3, 2, 1})).isCloseTo(-1, CLOSE);
        // ranks 1, 2.5, 2.5, 4 against 1, 2, 3, 4: 4.5 / sqrt(4.5 * 5)
        assertThat(Correlation.spearman(new double[] {1, 5, 5, 9}, x)).isCloseTo(4.5 / Math.sqrt(22.5), CLOSE);
        assertThat(Correlation.pearson(x, new double[] {.1, .1, .1, .1})).isZero();
        assertThatThrownBy(() -> Correlation.pearson(x, new double[1])).hasMessageContaining("4 and 1 numbers");
    }

    @Test
    void rougeByHand() {
        String reference = "The quick brown fox jumps";
        assertThat(Rouge.n(1, "the QUICK fox!", reference)).isCloseTo(2 * 3 / 8.0, CLOSE);
        assertThat(Rouge.n(2, "the quick fox", reference)).isCloseTo(2 * 1 / 6.0, CLOSE);
        assertThat(Rouge.l("fox the quick jumps", reference)).isCloseTo(2 * 3 / 9.0, CLOSE);
        assertThat(Rouge.n(1, "the the the", "the cat")).isCloseTo(2 * 1 / 5.0, CLOSE);
        assertThat(Rouge.l("", reference)).isZero();
        assertThat(Rouge.n(2, "one", "one")).isZero();
        assertThat(Rouge.l("same words", "same words")).isEqualTo(1);
    }

    @Test
    void classesAgreeWithScikitLearn() {
        for (JsonNode expected : OTHERS.get("classes")) {
            int classes = expected.get("classes").asInt();
            Confusion confusion = Confusion.of(ints(expected.get("predicted")), ints(expected.get("actual")), classes);
            assertThat(confusion.accuracy()).isCloseTo(expected.get("accuracy").asDouble(), CLOSE);
            assertThat(confusion.matthews()).isCloseTo(expected.get("matthews").asDouble(), CLOSE);
            assertThat(confusion.macroF1()).isCloseTo(expected.get("macro_f1").asDouble(), CLOSE);
            if (classes == 2) {
                assertThat(confusion.f1(1)).isCloseTo(expected.get("f1").asDouble(), CLOSE);
            }
        }
    }

    @Test
    void correlationsAgreeWithSciPy() {
        for (JsonNode expected : OTHERS.get("numbers")) {
            double[] x = doubles(expected.get("x"));
            double[] y = doubles(expected.get("y"));
            assertThat(Correlation.pearson(x, y))
                    .isCloseTo(expected.get("pearson").asDouble(), CLOSE);
            assertThat(Correlation.spearman(x, y))
                    .isCloseTo(expected.get("spearman").asDouble(), CLOSE);
        }
    }

    @Test
    void bleuAgreesWithSacreBleu() {
        for (JsonNode expected : OTHERS.get("bleu")) {
            double bleu = Bleu.of(texts(expected.get("predictions")), texts(expected.get("references")));
            assertThat(bleu)
                    .as(expected.toString())
                    .isCloseTo(expected.get("bleu").asDouble(), within(1e-9));
        }
    }
}
