package dev.rankine.tensor.vector;

import dev.rankine.tensor.DType;

/**
 * C[M, N] (+)= A[M, K] B[K, N] by addresses and strides in bytes: what the algorithms of {@link Gemm} work on, and what
 * is cut into parts to be shared out. Its bounds have been checked by {@link Matrix}.
 *
 * @param bType F32, or the narrower type that B is stored in
 */
record Product(
        int m,
        int n,
        int k,
        long a,
        long aRow,
        long aColumn,
        DType bType,
        long b,
        long bRow,
        long bColumn,
        long c,
        long cRow,
        long cColumn,
        boolean add) {

    static final int FLOAT = Float.BYTES;

    /** The same product as C^T = B^T A^T; B must be of F32. */
    Product transposed() {
        return new Product(n, m, k, b, bColumn, bRow, DType.F32, a, aColumn, aRow, c, cColumn, cRow, add);
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
                bType,
                b + from * bColumn,
                bRow,
                bColumn,
                c + from * cColumn,
                cRow,
                cColumn,
                add);
    }

    /** The part of the sums over {@code count} steps of k; all but the first are added. */
    Product steps(int from, int count) {
        return new Product(
                m,
                n,
                count,
                a + from * aColumn,
                aRow,
                aColumn,
                bType,
                b + from * bRow,
                bRow,
                bColumn,
                c,
                cRow,
                cColumn,
                add || from > 0);
    }

    /** The same product with B in F32 elsewhere. */
    Product withB(long address, long row, long column) {
        return new Product(m, n, k, a, aRow, aColumn, DType.F32, address, row, column, c, cRow, cColumn, add);
    }

    /** Whether B is stored in a type narrower than F32. */
    boolean bIsNarrow() {
        return bType != DType.F32;
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
        return bColumn == bType.bytes() || n == 1;
    }

    boolean bRunsAlongK() {
        return bRow == bType.bytes() || k == 1;
    }

    boolean cRunsAlongN() {
        return cColumn == FLOAT || n == 1;
    }
}
