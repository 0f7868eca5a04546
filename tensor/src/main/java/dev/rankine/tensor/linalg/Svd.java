package dev.rankine.tensor.linalg;

import dev.rankine.tensor.Shape;
import dev.rankine.tensor.ShapeMismatch;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * The thin singular value decomposition A = U diag(values) V^T. With A[M, N] and K = min(M, N): U[M, K] and V[N, K] have
 * orthonormal columns, whatever the rank of A, and the values fall from the first to the last, which is at least 0.
 *
 * <p>Method: QR, then one-sided Jacobi rotations on R^T (Drmac and Veselic, "New fast and accurate Jacobi SVD algorithm",
 * 2008, without the pivoting). Values below 2^-400 times the largest element of A come out as 0.
 */
public final class Svd {
    private final Matrix u;
    private final double[] values;
    private final Matrix v;

    private Svd(Matrix u, double[] values, Matrix v) {
        this.u = u;
        this.values = values;
        this.v = v;
    }

    /**
     * Decomposes a matrix.
     *
     * @throws IllegalArgumentException if a value is infinite or no number
     * @throws ArithmeticException if the largest singular value is beyond double's range
     */
    public static Svd of(Matrix a) {
        a.requireFinite("singular values");
        // to about 1, so that no square overflows
        int exponent = a.largest() == 0 ? 0 : Math.getExponent(a.largest());
        Matrix scaled = a.timesPowerOfTwo(-exponent);
        Svd svd = a.rows() >= a.columns()
                ? ofTall(scaled)
                : ofTall(scaled.transpose()).transpose();
        for (int j = 0; j < svd.values.length; j++) {
            svd.values[j] = Math.scalb(svd.values[j], exponent);
        }
        if (svd.count() > 0 && Double.isInfinite(svd.values[0])) {
            throw new ArithmeticException(
                    "the largest singular value of a matrix of " + a + " is beyond double's range");
        }
        return svd;
    }

    /** R^T J = W with orthogonal columns, so A = Q R = (Q J) W^T. */
    private static Svd ofTall(Matrix a) {
        Qr qr = Qr.of(a);
        double[][] w = qr.r().transpose().toColumns();
        double[][] j = OneSidedJacobi.orthogonalize(w);

        double[] lengths = new double[w.length];
        Arrays.setAll(lengths, k -> length(w[k]));
        int[] order = IntStream.range(0, w.length)
                .boxed()
                .sorted(Comparator.comparingDouble(k -> -lengths[k]))
                .mapToInt(Integer::intValue)
                .toArray();
        double[] values = new double[w.length];
        double[][] right = new double[w.length][];
        double[][] rotations = new double[w.length][];
        for (int place = 0; place < order.length; place++) {
            int k = order[place];
            values[place] = lengths[k];
            right[place] = w[k];
            rotations[place] = j[k];
            if (lengths[k] > 0) {
                Vectors.scale(1 / lengths[k], right[place]);
            } else {
                complete(right, place);
            }
        }
        Matrix u = qr.q().times(Matrix.ofColumns(w.length, rotations));
        return new Svd(u, values, Matrix.ofColumns(w.length, right));
    }

    private static double length(double[] column) {
        double length = Math.sqrt(Vectors.dot(column, column, 0));
        return length < OneSidedJacobi.NEGLIGIBLE ? 0 : length;
    }

    /** Makes column {@code place} one that is orthonormal to those before it, from the unit vector farthest from them. */
    private static void complete(double[][] columns, int place) {
        int height = columns[place].length;
        double[] near = new double[height];
        for (int k = 0; k < place; k++) {
            for (int i = 0; i < height; i++) {
                near[i] += columns[k][i] * columns[k][i];
            }
        }
        int farthest = 0;
        for (int i = 1; i < height; i++) {
            farthest = near[i] < near[farthest] ? i : farthest;
        }
        double[] unit = new double[height];
        unit[farthest] = 1;
        for (int pass = 0; pass < 2; pass++) {
            for (int k = 0; k < place; k++) {
                Vectors.add(-Vectors.dot(columns[k], unit, 0), columns[k], unit, 0);
            }
        }
        Vectors.scale(1 / Math.sqrt(Vectors.dot(unit, unit, 0)), unit);
        columns[place] = unit;
    }

    /**
     * Decomposes the low-rank product B A, B[O, r] and A[r, I], through its core of min(O, r) x min(I, r): with B = Q1 R1 and
     * A^T = Q2 R2 it is Q1 (R1 R2^T) Q2^T. Nothing of size O x I is made. The result has as many values as the core; the
     * product's further ones are 0.
     *
     * @throws ShapeMismatch if the inner dimensions differ
     */
    public static Svd ofProduct(Matrix b, Matrix a) {
        if (b.columns() != a.rows()) {
            throw ShapeMismatch.in(
                    "singular values of a product",
                    "inner dimensions " + b.columns() + " and " + a.rows() + " differ",
                    Shape.of(b.rows(), b.columns()),
                    Shape.of(a.rows(), a.columns()));
        }
        Qr left = Qr.of(b);
        Qr right = Qr.of(a.transpose());
        Svd core = of(left.r().times(right.r().transpose()));
        return new Svd(left.q().times(core.u), core.values, right.q().times(core.v));
    }

    /** The decomposition of A^T. */
    public Svd transpose() {
        return new Svd(v, values.clone(), u);
    }

    /**
     * The first {@code count} triplets: of all matrices of that rank the one nearest to A, in the spectral norm and in the
     * Frobenius norm (Eckart and Young 1936).
     */
    public Svd truncated(int count) {
        if (count < 0 || count > values.length) {
            throw new IllegalArgumentException("cannot keep " + count + " of " + values.length + " singular values");
        }
        return new Svd(u.columns(count), Arrays.copyOf(values, count), v.columns(count));
    }

    /** U diag(values) V^T, [M, N]. */
    public Matrix product() {
        return u.scaledColumns(values).times(v.transpose());
    }

    /** How many singular values there are, zeros included. */
    public int count() {
        return values.length;
    }

    /** Left singular vectors, [M, K]. */
    public Matrix u() {
        return u;
    }

    /** Singular values, falling, [K]. */
    public double[] values() {
        return values.clone();
    }

    /** Right singular vectors as columns, [N, K]. */
    public Matrix v() {
        return v;
    }
}
