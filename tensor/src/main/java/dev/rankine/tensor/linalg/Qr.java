package dev.rankine.tensor.linalg;

import java.util.Arrays;

/**
 * The thin QR decomposition A = Q R by Householder reflections (Golub and Van Loan, "Matrix Computations", section 5.2).
 * With A[M, N] and K = min(M, N):
 *
 * @param q [M, K] with orthonormal columns, whatever the rank of A
 * @param r [K, N], 0 below the diagonal
 */
public record Qr(Matrix q, Matrix r) {
    /**
     * Decomposes a matrix. Each column is reflected after division by its largest value, so tiny and huge columns side by
     * side keep their digits.
     *
     * @throws IllegalArgumentException if a value is infinite or no number
     */
    public static Qr of(Matrix a) {
        a.requireFinite("QR decomposition");
        int rows = a.rows();
        int count = Math.min(rows, a.columns());
        double[][] columns = a.toColumns();
        double[][] normals = new double[count][];
        for (int k = 0; k < count; k++) {
            normals[k] = normal(columns[k], k);
            for (int j = k; j < columns.length; j++) {
                reflect(normals[k], columns[j], k);
            }
            Arrays.fill(columns[k], k + 1, rows, 0);
        }
        double[][] q = new double[count][rows];
        for (int j = 0; j < count; j++) {
            q[j][j] = 1;
            for (int k = j; k >= 0; k--) {
                reflect(normals[k], q[j], k);
            }
        }
        Arrays.setAll(columns, j -> Arrays.copyOf(columns[j], count));
        return new Qr(Matrix.ofColumns(rows, q), Matrix.ofColumns(count, columns));
    }

    /**
     * The unit normal v of the mirror I - 2 v v^T that turns x from place {@code from} on into a multiple of the first unit
     * vector; 0, which reflects nothing, if it is one already. The sign is the one that does not cancel.
     */
    private static double[] normal(double[] x, int from) {
        double[] v = new double[x.length];
        if (Vectors.largest(x, from + 1) == 0) {
            return v;
        }
        double unit = Vectors.largest(x, from);
        for (int i = from; i < x.length; i++) {
            v[i] = x[i] / unit;
        }
        v[from] += Math.copySign(Math.sqrt(Vectors.dot(v, v, from)), v[from]);
        Vectors.scale(1 / Math.sqrt(Vectors.dot(v, v, from)), v);
        return v;
    }

    /** x = (I - 2 v v^T) x, where v is 0 before place {@code from}. */
    private static void reflect(double[] v, double[] x, int from) {
        Vectors.add(-2 * Vectors.dot(v, x, from), v, x, from);
    }
}
