package dev.rankine.tensor.vector;

import java.util.Arrays;
import java.util.Random;

/**
 * A product with its operands laid out in some way, and the plain loops that it is compared with.
 *
 * @param batch how many products
 * @param layoutC of C; the others likewise
 * @param broadcastA whether the batch shares one A; the others likewise
 */
record ProductCase(
        int batch,
        int m,
        int n,
        int k,
        Layout layoutA,
        Layout layoutB,
        Layout layoutC,
        boolean broadcastA,
        boolean broadcastB,
        boolean add) {

    /** How a matrix lies in memory. */
    enum Layout {
        ROWS,
        COLUMNS,
        ROWS_WITH_GAPS,
        COLUMNS_WITH_GAPS,
        /** Neither axis has stride 1. */
        STRIDED;

        long[] strides(int rows, int columns) {
            return switch (this) {
                case ROWS -> new long[] {columns, 1};
                case COLUMNS -> new long[] {1, rows};
                case ROWS_WITH_GAPS -> new long[] {columns + 3, 1};
                case COLUMNS_WITH_GAPS -> new long[] {1, rows + 5};
                case STRIDED -> new long[] {2L * columns + 1, 2};
            };
        }
    }

    /** A matrix in its memory. */
    private record Placed(Canary memory, Matrix matrix, long[] strides) {
        int place(int batch, int row, int column) {
            return (int) (1 + batch * strides[0] + row * strides[1] + column * strides[2]);
        }
    }

    private static Placed place(int batch, boolean broadcast, int rows, int columns, Layout layout, Random random) {
        long[] strides = layout.strides(rows, columns);
        long whole = rows == 0 || columns == 0 ? 0 : strides[0] * (rows - 1) + strides[1] * (columns - 1) + 1;
        long[] all = {broadcast ? 0 : whole, strides[0], strides[1]};
        // one element in front, so that offsets count
        Canary memory = Canary.random((int) (1 + whole * (broadcast ? 1 : batch)), random);
        int[] lengths = {batch, rows, columns};
        return new Placed(memory, new Matrix(memory.memory(), 1, lengths, all), all);
    }

    /** The bits of C's whole memory after the product of the same random numbers as in {@link #check}. */
    int[] bits(Gemm gemm, long seed) {
        Random random = new Random(seed);
        Matrix a = place(batch, broadcastA, m, k, layoutA, random).matrix();
        Matrix b = place(batch, broadcastB, k, n, layoutB, random).matrix();
        Placed c = place(batch, false, m, n, layoutC, random);
        gemm.multiply(a, b, c.matrix(), add);
        return c.memory().bits();
    }

    /** Runs the product on fresh random numbers, compares with F64 loops and gives the bits of C's whole memory. */
    int[] check(Gemm gemm, long seed) {
        Random random = new Random(seed);
        Placed a = place(batch, broadcastA, m, k, layoutA, random);
        Placed b = place(batch, broadcastB, k, n, layoutB, random);
        Placed c = place(batch, false, m, n, layoutC, random);
        float[] before = c.memory().floats();
        gemm.multiply(a.matrix(), b.matrix(), c.matrix(), add);
        boolean[] written = new boolean[c.memory().size()];
        for (int q = 0; q < batch; q++) {
            for (int i = 0; i < m; i++) {
                for (int j = 0; j < n; j++) {
                    int place = c.place(q, i, j);
                    double sum = add ? before[place] : 0;
                    double size = Math.abs(sum);
                    for (int l = 0; l < k; l++) {
                        double term = (double) a.memory().get(a.place(q, i, l))
                                * b.memory().get(b.place(q, l, j));
                        sum += term;
                        size += Math.abs(term);
                    }
                    double got = c.memory().get(place);
                    if (!(Math.abs(got - sum) <= 1e-6 * size + 1e-30)) {
                        throw new AssertionError(
                                this + ": C[" + q + ", " + i + ", " + j + "] is " + got + ", expected " + sum);
                    }
                    written[place] = true;
                }
            }
        }
        for (int i = 0; i < written.length; i++) {
            if (!written[i] && c.memory().get(i) != before[i]) {
                throw new AssertionError(this + ": element " + i + " between the rows was written");
            }
        }
        Arrays.asList(a, b, c).forEach(placed -> placed.memory().checkBorders());
        return c.memory().bits();
    }
}
