package dev.rankine.tensor.linalg;

import static dev.rankine.tensor.linalg.Matrices.assertClose;
import static dev.rankine.tensor.linalg.Matrices.assertOrthonormalColumns;
import static dev.rankine.tensor.linalg.Matrices.minus;
import static dev.rankine.tensor.linalg.Matrices.orthogonal;
import static dev.rankine.tensor.linalg.Matrices.tolerance;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.Assume;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.domains.Domain;
import net.jqwik.api.domains.DomainContext;
import org.hipparchus.linear.MatrixUtils;
import org.hipparchus.linear.SingularValueDecomposition;

@Domain(Matrices.class)
@Domain(DomainContext.Global.class)
class SvdPropertyTest {
    @Property(edgeCases = EdgeCasesMode.NONE)
    void theTripletsAddUpToTheMatrix(@ForAll Matrix a) {
        assertClose(Svd.of(a).product(), a, tolerance(a));
    }

    @Property(edgeCases = EdgeCasesMode.NONE)
    void theSingularVectorsAreOrthonormal(@ForAll Matrix a) {
        Svd svd = Svd.of(a);
        assertOrthonormalColumns(svd.u());
        assertOrthonormalColumns(svd.v());
        assertThat(svd.count()).isEqualTo(Math.min(a.rows(), a.columns()));
    }

    @Property(tries = 500, edgeCases = EdgeCasesMode.NONE)
    void theValuesFallAndAreNotNegative(@ForAll Matrix a) {
        double[] values = Svd.of(a).values();
        for (int j = 1; j < values.length; j++) {
            assertThat(values[j]).isLessThanOrEqualTo(values[j - 1]).isNotNegative();
        }
    }

    @Property(tries = 500, edgeCases = EdgeCasesMode.NONE)
    void theTransposedMatrixHasTheSameValues(@ForAll Matrix a) {
        assertSameValues(Svd.of(a.transpose()).values(), Svd.of(a).values(), tolerance(a));
    }

    /** The only two columns that are not orthogonal were on both sides of one that changed its place when the others were. */
    @Example
    void columnsThatChangePlacesAreLookedAtAgain() {
        Matrix a = Matrix.of(3, 4, 1, 0, -2, -1, -1, 0, 0, -1, 2, 2, 1, 0);
        double root = Math.sqrt(65);
        assertSameValues(
                Svd.of(a).values(),
                new double[] {Math.sqrt((11 + root) / 2), Math.sqrt(6), Math.sqrt((11 - root) / 2)},
                tolerance(a));
        assertOrthonormalColumns(Svd.of(a).u());
    }

    @Property(tries = 500, edgeCases = EdgeCasesMode.NONE)
    void orthogonalFactorsLeaveTheValues(@ForAll Matrix a, @ForAll long seed) {
        Matrix turned = orthogonal(a.rows(), seed).times(a).times(orthogonal(a.columns(), seed + 1));
        assertSameValues(Svd.of(turned).values(), Svd.of(a).values(), tolerance(a));
    }

    @Property(tries = 500, edgeCases = EdgeCasesMode.NONE)
    void theSquaresAddUpToTheSquaredFrobeniusNorm(@ForAll Matrix a) {
        Matrix unit = a.largest() == 0 ? a : a.timesPowerOfTwo(-Math.getExponent(a.largest()));
        assertThat(sumOfSquares(Svd.of(unit).values()))
                .isCloseTo(sumOfSquares(unit.toArray()), within(1e-12 * (1 + sumOfSquares(unit.toArray()))));
    }

    /** Eckart and Young: the best approximation of rank k misses by the tail, and no other does better. */
    @Property(tries = 500, edgeCases = EdgeCasesMode.NONE)
    void theTruncationMissesByTheTailAndNoneMissesLess(
            @ForAll Matrix a, @ForAll @IntRange(max = 40) int rank, @ForAll long seed) {
        Assume.that(a.largest() < 0x1p100 && a.largest() > 0x1p-100);
        Svd svd = Svd.of(a);
        int kept = Math.min(rank, svd.count());
        double tail = Math.sqrt(sumOfSquares(Arrays.copyOfRange(svd.values(), kept, svd.count())));
        double best = frobenius(minus(a, svd.truncated(kept).product()));
        assertThat(best).isCloseTo(tail, within(100 * tolerance(a)));

        // on any other row space of that dimension the nearest matrix is the projection
        Matrix rows = Qr.of(Matrices.normal(a.columns(), Math.min(kept, a.columns()), new Random(seed)))
                .q();
        double other = frobenius(minus(a, a.times(rows).times(rows.transpose())));
        assertThat(other).isGreaterThanOrEqualTo(tail - 100 * tolerance(a));
    }

    @Property(tries = 500, edgeCases = EdgeCasesMode.NONE)
    void anotherLibraryFindsTheSameValues(@ForAll Matrix a) {
        Assume.that(a.rows() > 0 && a.columns() > 0 && a.largest() < 0x1p100 && a.largest() > 0x1p-100);
        double[][] rows = new double[a.rows()][a.columns()];
        for (int i = 0; i < a.rows(); i++) {
            for (int j = 0; j < a.columns(); j++) {
                rows[i][j] = a.get(i, j);
            }
        }
        double[] expected = new SingularValueDecomposition(MatrixUtils.createRealMatrix(rows)).getSingularValues();
        assertSameValues(Svd.of(a).values(), expected, tolerance(a));
    }

    @Property(tries = 500, edgeCases = EdgeCasesMode.NONE)
    void theProductIsDecomposedThroughItsCore(
            @ForAll @IntRange(max = 12) int outputs,
            @ForAll @IntRange(max = 12) int inputs,
            @ForAll @IntRange(max = 15) int rank,
            @ForAll long seed) {
        Random random = new Random(seed);
        Matrix b = Matrices.normal(outputs, rank, random);
        Matrix a = Matrices.normal(rank, inputs, random);
        Matrix full = b.times(a);
        Svd svd = Svd.ofProduct(b, a);
        assertClose(svd.product(), full, 10 * tolerance(full) + 1e-14);
        assertOrthonormalColumns(svd.u());
        assertOrthonormalColumns(svd.v());
        double[] padded = Arrays.copyOf(svd.values(), Math.min(outputs, inputs));
        assertSameValues(padded, Svd.of(full).values(), 10 * tolerance(full) + 1e-14);
    }

    @Example
    void theGoldenRatioIsTheSingularValueOfTheFibonacciMatrix() {
        double golden = (1 + Math.sqrt(5)) / 2;
        double[] values = Svd.of(Matrix.of(2, 2, 1, 1, 1, 0)).values();
        assertThat(values[0]).isCloseTo(golden, within(1e-15));
        assertThat(values[1]).isCloseTo(1 / golden, within(1e-15));
    }

    @Example
    void smallValuesOfAGradedMatrixKeepTheirDigits() {
        Matrix graded = orthogonal(3, 7).times(Matrices.identity(3).scaledColumns(1, 1e-20, 1e-40));
        double[] values = Svd.of(graded).values();
        assertThat(values[0]).isCloseTo(1, within(1e-14));
        assertThat(values[1]).isCloseTo(1e-20, within(1e-33));
        assertThat(values[2]).isCloseTo(1e-40, within(1e-53));
    }

    @Example
    void noNumberIsRefused() {
        assertThatThrownBy(() -> Svd.of(Matrix.of(1, 2, 1, Double.POSITIVE_INFINITY)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("singular values", "1 x 2", "[0, 1]", "Infinity");
    }

    @Example
    void aValueBeyondTheRangeIsRefused() {
        assertThatThrownBy(() -> Svd.of(Matrix.of(1, 2, Double.MAX_VALUE, Double.MAX_VALUE)))
                .isInstanceOf(ArithmeticException.class)
                .hasMessageContaining("beyond double's range");
    }

    @Example
    void factorsThatDoNotFitAreRefused() {
        assertThatThrownBy(() -> Svd.ofProduct(Matrices.identity(2), Matrices.identity(3)))
                .hasMessageContainingAll("singular values of a product", "[2, 2]", "[3, 3]", "2 and 3 differ");
    }

    @Example
    void moreThanThereIsCannotBeKept() {
        assertThatThrownBy(() -> Svd.of(Matrices.identity(2)).truncated(3)).hasMessageContaining("3 of 2");
    }

    private static double frobenius(Matrix x) {
        return Math.sqrt(sumOfSquares(x.toArray()));
    }

    private static double sumOfSquares(double[] values) {
        return Arrays.stream(values).map(x -> x * x).sum();
    }

    private static void assertSameValues(double[] actual, double[] expected, double tolerance) {
        assertThat(actual).hasSameSizeAs(expected);
        for (int j = 0; j < actual.length; j++) {
            assertThat(actual[j]).isCloseTo(expected[j], within(tolerance + Double.MIN_NORMAL));
        }
    }
}
