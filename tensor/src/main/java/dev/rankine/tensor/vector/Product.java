package dev.rankine.tensor.vector;

/**
 * C[M, N] (+)= A[M, K] B[K, N] by addresses and strides in bytes: what the algorithms of {@link Gemm} work on, and what
 * is cut into parts to be shared out. Its bounds have been checked by {@link Matrix}.
 */
record Product(
        int m,
        int n,
        int k,
        long a,
        long aRow,
        long aColumn,
        long b,
        long bRow,
        long bColumn,
        long c,
        long cRow,
        long cColumn,
        boolean add) {

    static final int FLOAT = Float.BYTES;

    /** The same product as C^T = B^T A^T. */
    Product transposed() {
        return new Product(n, m, k, b, bColumn, bRow, a, aColumn, aRow, c, cColumn, cRow, add);
    }

    /** The part that makes {@code count} rows of C. */
    Product rows(int from, int count) {
        return new Product(
                count, n, k, a + from * aRow, aRow, aColumn, b, bRow, bColumn, c + from * cRow, cRow, cColumn, add);
    }

    /** The part that makes {@code count} columns of C. */
    Product columns(int from, int count) {
        return new Product(
                m,
                count,
                k,
                a,
                aRow,
                aColumn,
                b + from * bColumn,
                bRow,
                bColumn,
                c + from * cColumn,
                cRow,
                cColumn,
                add);
    }

    /** Multiplications, the measure of work. */
    long work() {
        return (long) m * n * k;
    }

    /** Whether the rows of A lie along k without gaps. */
    boolean aRunsAlongK() {
        return aColumn == FLOAT || k == 1;
    }

    boolean bRunsAlongN() {
        return bColumn == FLOAT || n == 1;
    }

    boolean bRunsAlongK() {
        return bRow == FLOAT || k == 1;
    }

    boolean cRunsAlongN() {
        return cColumn == FLOAT || n == 1;
    }
}
