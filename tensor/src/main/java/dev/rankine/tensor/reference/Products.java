package dev.rankine.tensor.reference;

import dev.rankine.tensor.Cells;
import dev.rankine.tensor.Tensor;

/** out[..., M, N] = a[..., M, K] b[..., K, N], each element one sum in double precision, k ascending. */
final class Products {
    private Products() {}

    static void matmul(Tensor a, Tensor b, Tensor out, boolean accumulate) {
        Cells cells = Cells.of(out);
        Cells left = Cells.of(a);
        Cells right = Cells.of(b);
        int inner = a.shape().dim(-1);
        Walk matrices = Walk.overLeading(2, a, b, out);
        while (matrices.nextRow()) {
            for (int i = 0; i < matrices.length(); i++) {
                double[] rows = matrix(left, a, matrices.place(0, i));
                double[] columns = matrix(right, b, matrices.place(1, i));
                multiply(rows, columns, inner, cells, out, matrices.place(2, i), accumulate);
            }
        }
    }

    /** One product; a[M, K] and b[K, N] as row-major arrays. */
    private static void multiply(
            double[] a, double[] b, int inner, Cells cells, Tensor out, long start, boolean accumulate) {
        int rows = out.shape().dim(-2);
        int columns = out.shape().dim(-1);
        double[] sums = new double[columns];
        for (int m = 0; m < rows; m++) {
            long row = start + m * out.stride(-2);
            for (int n = 0; n < columns; n++) {
                sums[n] = accumulate ? cells.get(row + n * out.stride(-1)) : 0;
            }
            for (int k = 0; k < inner; k++) {
                addScaled(a[m * inner + k], b, k * columns, sums);
            }
            for (int n = 0; n < columns; n++) {
                cells.set(row + n * out.stride(-1), sums[n]);
            }
        }
    }

    /** sums += factor row, for the row of b that begins at {@code from}. */
    private static void addScaled(double factor, double[] b, int from, double[] sums) {
        for (int n = 0; n < sums.length; n++) {
            sums[n] += factor * b[from + n];
        }
    }

    private static double[] matrix(Cells cells, Tensor x, long start) {
        int rows = x.shape().dim(-2);
        int columns = x.shape().dim(-1);
        double[] values = new double[Math.multiplyExact(rows, columns)];
        for (int m = 0; m < rows; m++) {
            long row = start + m * x.stride(-2);
            for (int n = 0; n < columns; n++) {
                values[m * columns + n] = cells.get(row + n * x.stride(-1));
            }
        }
        return values;
    }
}
