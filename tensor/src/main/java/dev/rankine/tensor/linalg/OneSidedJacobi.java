package dev.rankine.tensor.linalg;

/**
 * Turns the columns of a matrix into orthogonal ones by plane rotations (Hestenes 1958), L J = W. The longer column of a
 * pair goes first (de Rijk 1989), which sorts nearly as it rotates and saves sweeps.
 */
final class OneSidedJacobi {
    /** Columns this much shorter than the matrix's largest value, which is about 1, count as 0. */
    static final double NEGLIGIBLE = 0x1p-400;

    private static final double EPSILON = Math.ulp(1.0);
    private static final int MOST_SWEEPS = 60;

    private final double[][] columns;
    private final double[][] rotations;
    private final double[] squares;
    private final double tolerance;

    /** Columns to turn in place; {@code rotations} gets the columns of J. */
    private OneSidedJacobi(double[][] columns, double[][] rotations) {
        this.columns = columns;
        this.rotations = rotations;
        this.squares = new double[columns.length];
        this.tolerance = EPSILON * Math.max(8, columns.length);
        for (int j = 0; j < columns.length; j++) {
            squares[j] = Vectors.dot(columns[j], columns[j], 0);
        }
    }

    /**
     * Turns N columns until every pair's cosine is below N times the machine's precision.
     *
     * @return the columns of J, [N, N]
     */
    static double[][] orthogonalize(double[][] columns) {
        double[][] rotations = new double[columns.length][columns.length];
        for (int j = 0; j < columns.length; j++) {
            rotations[j][j] = 1;
        }
        OneSidedJacobi jacobi = new OneSidedJacobi(columns, rotations);
        int sweeps = 0;
        while (jacobi.sweep()) {
            if (++sweeps == MOST_SWEEPS) {
                throw new ArithmeticException("singular values: " + columns.length
                        + " columns are not orthogonal after " + sweeps + " sweeps of rotations");
            }
        }
        return rotations;
    }

    /** Rotates every pair that needs it; whether one did, or may have been missed since columns changed places. */
    private boolean sweep() {
        boolean changed = false;
        for (int p = 0; p < columns.length; p++) {
            for (int q = p + 1; q < columns.length; q++) {
                if (squares[p] < squares[q]) {
                    exchange(p, q);
                    changed = true;
                }
                changed |= rotate(p, q);
            }
        }
        return changed;
    }

    private boolean rotate(int p, int q) {
        if (squares[q] < NEGLIGIBLE * NEGLIGIBLE) {
            return false;
        }
        double product = Vectors.dot(columns[p], columns[q], 0);
        if (Math.abs(product) <= tolerance * Math.sqrt(squares[p]) * Math.sqrt(squares[q])) {
            return false;
        }
        double cotangent = (squares[q] - squares[p]) / (2 * product);
        double tangent = Math.copySign(1, cotangent) / (Math.abs(cotangent) + Math.sqrt(1 + cotangent * cotangent));
        double cosine = 1 / Math.sqrt(1 + tangent * tangent);
        Vectors.rotate(columns[p], columns[q], cosine, cosine * tangent);
        Vectors.rotate(rotations[p], rotations[q], cosine, cosine * tangent);
        // anew rather than by the update formula, which cancels where a column nearly vanishes
        squares[p] = Vectors.dot(columns[p], columns[p], 0);
        squares[q] = Vectors.dot(columns[q], columns[q], 0);
        return true;
    }

    private void exchange(int p, int q) {
        double[] column = columns[p];
        columns[p] = columns[q];
        columns[q] = column;
        double[] rotation = rotations[p];
        rotations[p] = rotations[q];
        rotations[q] = rotation;
        double square = squares[p];
        squares[p] = squares[q];
        squares[q] = square;
    }
}
