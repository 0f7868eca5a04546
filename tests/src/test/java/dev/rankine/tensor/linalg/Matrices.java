package dev.rankine.tensor.linalg;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.domains.DomainContextBase;

/** Matrices of every sort that decompositions find hard, and what tests ask of matrices. */
final class Matrices extends DomainContextBase {
    /** What a decomposition may be off, as a share of the largest element times the larger side. */
    static final double PRECISION = 1e-13;

    private enum Kind {
        ZERO,
        NORMAL,
        SMALL_INTEGERS,
        LOW_RANK,
        ORTHOGONAL,
        GRADED_COLUMNS,
        GRADED_ROWS,
        NEARLY_EQUAL_COLUMNS
    }

    @Provide
    Arbitrary<Matrix> matrices() {
        Arbitrary<Integer> side = Arbitraries.frequencyOf(
                Tuple.of(2, Arbitraries.integers().between(0, 1)),
                Tuple.of(6, Arbitraries.integers().between(2, 9)),
                Tuple.of(1, Arbitraries.integers().between(10, 40)));
        Arbitrary<Integer> exponent = Arbitraries.frequencyOf(
                Tuple.of(6, Arbitraries.just(0)), Tuple.of(1, Arbitraries.of(-930, -600, -40, 40, 600, 930)));
        return Combinators.combine(Arbitraries.of(Kind.class), side, side, exponent, Arbitraries.longs())
                .as((kind, rows, columns, scale, seed) ->
                        of(kind, rows, columns, new Random(seed)).timesPowerOfTwo(scale));
    }

    private static Matrix of(Kind kind, int rows, int columns, Random random) {
        return switch (kind) {
            case ZERO -> normal(rows, columns, random).scaledColumns(new double[columns]);
            case NORMAL -> normal(rows, columns, random);
            case SMALL_INTEGERS -> integers(rows, columns, random);
            case LOW_RANK -> {
                int rank = random.nextInt(Math.min(rows, columns) + 1);
                yield normal(rows, rank, random).times(normal(rank, columns, random));
            }
            case ORTHOGONAL -> {
                int side = Math.max(rows, columns);
                yield orthogonal(side, random.nextLong())
                        .columns(columns)
                        .transpose()
                        .columns(rows)
                        .transpose();
            }
            case GRADED_COLUMNS -> graded(rows, columns, random);
            case GRADED_ROWS -> graded(columns, rows, random).transpose();
            case NEARLY_EQUAL_COLUMNS -> {
                double[] column = normal(rows, 1, random).toArray();
                double[] values = normal(rows, columns, random).toArray();
                Arrays.setAll(values, place -> column[place / columns] + 1e-9 * values[place]);
                yield Matrix.of(rows, columns, values);
            }
        };
    }

    private static Matrix graded(int rows, int columns, Random random) {
        double[] scales = new double[columns];
        Arrays.setAll(scales, j -> Math.scalb(1, random.nextInt(140) - 70));
        return normal(rows, columns, random).scaledColumns(scales);
    }

    private static Matrix integers(int rows, int columns, Random random) {
        double[] values = new double[rows * columns];
        Arrays.setAll(values, i -> random.nextInt(5) - 2);
        return Matrix.of(rows, columns, values);
    }

    static Matrix normal(int rows, int columns, Random random) {
        double[] values = new double[rows * columns];
        Arrays.setAll(values, i -> random.nextGaussian());
        return Matrix.of(rows, columns, values);
    }

    static Matrix identity(int side) {
        double[] values = new double[side * side];
        for (int i = 0; i < side; i++) {
            values[i * side + i] = 1;
        }
        return Matrix.of(side, side, values);
    }

    /** A square matrix with orthonormal columns. */
    static Matrix orthogonal(int side, long seed) {
        return Qr.of(normal(side, side, new Random(seed))).q();
    }

    static Matrix minus(Matrix x, Matrix y) {
        double[] left = x.toArray();
        double[] right = y.toArray();
        Arrays.setAll(left, i -> left[i] - right[i]);
        return Matrix.of(x.rows(), x.columns(), left);
    }

    static void assertClose(Matrix actual, Matrix expected, double tolerance) {
        assertThat(actual.toString()).isEqualTo(expected.toString());
        double[] left = actual.toArray();
        double[] right = expected.toArray();
        for (int i = 0; i < left.length; i++) {
            assertThat(Math.abs(left[i] - right[i]))
                    .as("value %d: %s and %s", i, left[i], right[i])
                    .isLessThanOrEqualTo(tolerance);
        }
    }

    static void assertOrthonormalColumns(Matrix x) {
        assertClose(x.transpose().times(x), identity(x.columns()), PRECISION * Math.max(10, x.rows()));
    }

    /** How much a decomposition of x may be off. */
    static double tolerance(Matrix x) {
        return PRECISION * x.largest() * Math.max(1, Math.max(x.rows(), x.columns()));
    }
}
