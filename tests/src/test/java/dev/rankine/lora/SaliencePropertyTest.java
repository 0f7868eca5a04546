package dev.rankine.lora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SaliencePropertyTest {
    private static final Salience PAPER = new Salience(.7, .9, 2);

    @Property
    void theWeightsAreThoseOfTheFormula(
            @ForAll @Size(min = 1, max = 12) List<@DoubleRange(min = .01, max = 9) Double> residuals) {
        double[] r = residuals.stream().mapToDouble(x -> x).toArray();
        double sum = Arrays.stream(r).sum();
        double[] q = Arrays.stream(r).map(x -> sum / x).toArray();
        double least = Arrays.stream(q).min().orElseThrow();
        double most = Arrays.stream(q).max().orElseThrow();
        double[] weights = Salience.orthogonalityWeights(r);
        for (int t = 0; t < r.length; t++) {
            double expected = most == least ? 1 : (q[t] - least) / (most - least);
            assertThat(weights[t]).isCloseTo(expected, within(1e-9));
        }
    }

    @Test
    void aWindowOfOneStepEqualResidualsAndNoResidualAreCaredFor() {
        assertThat(Salience.orthogonalityWeights(.3)).containsExactly(1);
        assertThat(Salience.orthogonalityWeights(.3, .3)).containsExactly(1, 1);
        assertThat(Salience.orthogonalityWeights(0, .5, 1)).containsExactly(1, 0, 0);
        assertThat(Salience.orthogonalityWeights()).isEmpty();
    }

    @Test
    void magnitudesAreSharesOfTheirMatrix() {
        double[][] values = {{1, -3}, {0, 4}, {0, 0}, {0, 0}, {-5, 5}};
        double[] magnitudes = Salience.magnitudes(values, new double[] {1, .5}, List.of(2, 2, 1));
        assertThat(magnitudes).containsExactly(new double[] {2.5 / 4.5, 2 / 4.5, 0, 0, 1}, within(1e-12));
    }

    /** Magnitude and influence have the same mean, 1 / r, whatever the number of matrices. */
    @Property(tries = 100)
    void bothPartsAreOnOneScale(@ForAll @IntRange(min = 1, max = 5) int matrices, @ForAll long seed) {
        Random random = new Random(seed);
        double[][] values = new double[3 * matrices][20];
        double[] residuals = random.doubles(20).toArray();
        for (double[] series : values) {
            double slope = Math.exp(3 * random.nextGaussian());
            Arrays.setAll(series, t -> slope * (t + .1 * random.nextGaussian()));
        }
        List<Integer> ranks = Collections.nCopies(matrices, 3);
        double[] magnitude = new Salience(1, .9, 2).of(values, residuals, ranks);
        double[] influence = new Salience(0, .9, 2).of(values, residuals, ranks);
        assertThat(Arrays.stream(magnitude).sum()).isCloseTo(matrices, within(1e-9));
        double total = Arrays.stream(influence).sum();
        assertThat(Math.min(total, Math.abs(total - matrices))).isCloseTo(0, within(1e-9));
        double[] both = PAPER.of(values, residuals, ranks);
        for (int j = 0; j < both.length; j++) {
            assertThat(both[j]).isCloseTo(.7 * magnitude[j] + .3 * influence[j], within(1e-12));
        }
    }

    @Test
    void aWindowBelowThreeStepsKnowsNoInfluence() {
        double[][] values = {{1, 2}, {10, 40}};
        List<Integer> ranks = List.of(2);
        assertThat(new Salience(0, .9, 2).of(values, new double[] {1, 2}, ranks))
                .containsOnly(0);
        double[][] longer = {{1, 2, 3}, {10, 40, 70}};
        assertThat(new Salience(0, .9, 2).of(longer, new double[] {1, 2, 3}, ranks))
                .containsExactly(1, 0);
    }

    @ParameterizedTest
    @CsvSource({"1.1, .9, 2, lambda", "-.1, .9, 2, lambda", ".7, 1.1, 2, beta", ".7, NaN, 2, beta", ".7, .9, 0, gamma"})
    void settingsOutOfRangeAreRefused(double lambda, double beta, double gamma, String why) {
        assertThatThrownBy(() -> new Salience(lambda, beta, gamma)).hasMessageContaining(why);
    }
}
