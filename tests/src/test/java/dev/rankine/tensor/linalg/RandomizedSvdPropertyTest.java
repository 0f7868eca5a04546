package dev.rankine.tensor.linalg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.rankine.tensor.random.Philox;
import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** The randomised decomposition against the exact one. */
class RandomizedSvdPropertyTest {
    private static Matrix normal(int rows, int columns, long stream) {
        double[] values = new double[rows * columns];
        Arrays.setAll(values, i -> Philox.normal(5, stream, 0, 0, i));
        return Matrix.of(rows, columns, values);
    }

    /** Singular values base^0, base^1, ... */
    private static Matrix falling(int rows, int columns, double base, long stream) {
        int count = Math.min(rows, columns);
        double[] values = new double[count];
        Arrays.setAll(values, j -> Math.pow(base, j));
        Matrix u = Qr.of(normal(rows, count, stream)).q();
        Matrix v = Qr.of(normal(columns, count, stream + 1)).q();
        return u.scaledColumns(values).times(v.transpose());
    }

    private static void assertOrthonormal(Matrix columns) {
        Matrix gram = columns.transpose().times(columns);
        for (int i = 0; i < gram.rows(); i++) {
            for (int j = 0; j < gram.columns(); j++) {
                assertThat(gram.get(i, j)).isCloseTo(i == j ? 1 : 0, within(1e-12));
            }
        }
    }

    @Property(tries = 60)
    void smallMatricesAreDecomposedExactly(
            @ForAll @IntRange(min = 1, max = 12) int rows,
            @ForAll @IntRange(min = 1, max = 12) int columns,
            @ForAll @IntRange(max = 12) int asked,
            @ForAll @IntRange(max = 1000) int stream) {
        int count = Math.min(asked, Math.min(rows, columns));
        Matrix a = normal(rows, columns, stream);
        Svd svd = RandomizedSvd.of(a, count, 16, stream);
        Svd exact = Svd.of(a).truncated(count);
        assertOrthonormal(svd.u());
        assertOrthonormal(svd.v());
        // within 10 of the full width nothing is left out
        assertThat(svd.values()).containsExactly(exact.values(), within(1e-9));
        assertThat(svd.product().toArray()).containsExactly(exact.product().toArray(), within(1e-7));
    }

    @Test
    void aFallingSpectrumIsFoundToTheLastDigits() {
        Matrix a = falling(70, 50, .8, 3);
        Svd svd = RandomizedSvd.of(a, 8, 16, 1);
        assertThat(svd.values()).containsExactly(Svd.of(a).truncated(8).values(), within(1e-12));
        assertThat(svd.product().toArray())
                .containsExactly(Svd.of(a).truncated(8).product().toArray(), within(1e-9));
    }

    /** Random matrices, whose spectrum is flat, are the worst case. */
    @Test
    void moreRoundsComeNearerToTheBestApproximation() {
        Matrix a = normal(80, 60, 9);
        double best = distance(a, Svd.of(a).truncated(8));
        double last = Double.POSITIVE_INFINITY;
        for (int rounds : new int[] {0, 2, 16}) {
            double distance = distance(a, RandomizedSvd.of(a, 8, rounds, 1));
            assertThat(distance).isLessThan(last).isGreaterThanOrEqualTo(best * (1 - 1e-12));
            last = distance;
        }
        assertThat(last).isLessThan(1.002 * best);
    }

    /** Frobenius. */
    private static double distance(Matrix a, Svd svd) {
        double[] near = svd.product().toArray();
        double[] values = a.toArray();
        double sum = 0;
        for (int i = 0; i < values.length; i++) {
            sum += (values[i] - near[i]) * (values[i] - near[i]);
        }
        return Math.sqrt(sum);
    }

    @Test
    void theSameSeedGivesTheSameBitsAndBadInputIsRefused() {
        Matrix a = normal(30, 40, 9);
        assertThat(RandomizedSvd.of(a, 3, 2, 7).u())
                .isEqualTo(RandomizedSvd.of(a, 3, 2, 7).u());
        assertThat(RandomizedSvd.of(a, 3, 2, 7).u())
                .isNotEqualTo(RandomizedSvd.of(a, 3, 2, 8).u());
        assertThatThrownBy(() -> RandomizedSvd.of(a, 31, 2, 7))
                .hasMessageContaining("30 x 40")
                .hasMessageContaining("31");
        assertThatThrownBy(() -> RandomizedSvd.of(Matrix.of(1, 1, Double.NaN), 1, 2, 7))
                .hasMessageContaining("NaN");
    }
}
