package dev.rankine.tornado;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * The products of {@link ProductKernels}, with its words, for large matrices: of a tile of 128 x 128 a thread makes the 8 x 8 elements
 * that lie 16 apart, 64 products for 16 numbers that it reads.
 */
final class WideProductKernel {
    static final int SIDE = 128;

    private static final int DEPTH = 8;
    private static final int PITCH = SIDE + 4;
    /** Rows, and columns, of a thread, and their distance. */
    private static final int EACH = 8;

    private static final int APART = 16;

    private WideProductKernel() {}

    static void product(
            KernelContext c, FloatArray heap, IntArray ints, IntArray program, FloatArray numbers, IntArray slots) {
        float[] as = c.allocateFloatLocalArray(PITCH * DEPTH);
        float[] bs = c.allocateFloatLocalArray(DEPTH * PITCH);
        float[] sums = new float[EACH * EACH];
        int w = Block.open(c, program, slots) * Block.WORDS;
        int tiles = program.get(w);
        int rows = program.get(w + 1);
        int columns = program.get(w + 2);
        int inner = program.get(w + 3);
        int tile = c.groupIdx < tiles ? c.groupIdx : tiles - 1;
        int across = program.get(w + 8);
        int matrix = tile / (across * program.get(w + 9));
        int rank = program.get(w + 16);
        int batch = w + ProductKernels.BATCH;
        int strides = w + ProductKernels.BATCH_STRIDES;
        int o = Block.place(program, matrix, rank, batch, strides, w + 4);
        int a = Block.place(program, matrix, rank, batch, strides + ProductKernels.APART, w + 5);
        int b = Block.place(program, matrix, rank, batch, strides + 2 * ProductKernels.APART, w + 6);
        int aRow = program.get(w + 12);
        int aColumn = program.get(w + 13);
        int bRow = program.get(w + 14);
        int bColumn = program.get(w + 15);
        int inMatrix = tile - matrix * across * program.get(w + 9);
        int t = c.localIdx;
        int m0 = inMatrix / across * SIDE;
        int n0 = (inMatrix - inMatrix / across * across) * SIDE;
        int y = t / APART;
        int x = t - y * APART;
        for (int i = 0; i < EACH * EACH; i++) {
            sums[i] = 0f;
        }
        int first = (inner + DEPTH - 1) / DEPTH * DEPTH;
        int all = first + program.get(w + ProductKernels.TERM);
        for (int from = 0; from < all; from += DEPTH) {
            int k = from;
            if (from >= first) {
                k = from - first;
                inner = program.get(w + ProductKernels.TERM);
                a = program.get(w + ProductKernels.TERM + 1);
                aRow = program.get(w + ProductKernels.TERM + 2);
                aColumn = program.get(w + ProductKernels.TERM + 3);
                b = program.get(w + ProductKernels.TERM + 4);
                bRow = program.get(w + ProductKernels.TERM + 5);
                bColumn = program.get(w + ProductKernels.TERM + 6);
            }
            for (int i = t; i < SIDE * DEPTH; i += Block.GROUP) {
                // threads run along the axis on which the operand is dense
                int row = aColumn == 1 ? i / DEPTH : i - i / SIDE * SIDE;
                int depth = aColumn == 1 ? i - i / DEPTH * DEPTH : i / SIDE;
                float left = 0f;
                if (m0 + row < rows && k + depth < inner) {
                    left = heap.get(a + (m0 + row) * aRow + (k + depth) * aColumn);
                }
                as[depth * PITCH + row] = left;
                int column = bColumn == 1 ? i - i / SIDE * SIDE : i / DEPTH;
                int deep = bColumn == 1 ? i / SIDE : i - i / DEPTH * DEPTH;
                float right = 0f;
                if (n0 + column < columns && k + deep < inner) {
                    right = heap.get(b + (k + deep) * bRow + (n0 + column) * bColumn);
                }
                bs[deep * PITCH + column] = right;
            }
            c.localBarrier();
            for (int d = 0; d < DEPTH; d++) {
                int line = d * PITCH + x;
                float b0 = bs[line];
                float b1 = bs[line + APART];
                float b2 = bs[line + 2 * APART];
                float b3 = bs[line + 3 * APART];
                float b4 = bs[line + 4 * APART];
                float b5 = bs[line + 5 * APART];
                float b6 = bs[line + 6 * APART];
                float b7 = bs[line + 7 * APART];
                for (int i = 0; i < EACH; i++) {
                    float left = as[d * PITCH + y + i * APART];
                    sums[i * EACH] += left * b0;
                    sums[i * EACH + 1] += left * b1;
                    sums[i * EACH + 2] += left * b2;
                    sums[i * EACH + 3] += left * b3;
                    sums[i * EACH + 4] += left * b4;
                    sums[i * EACH + 5] += left * b5;
                    sums[i * EACH + 6] += left * b6;
                    sums[i * EACH + 7] += left * b7;
                }
            }
            c.localBarrier();
        }
        for (int i = 0; i < EACH; i++) {
            for (int j = 0; j < EACH; j++) {
                int m = m0 + y + i * APART;
                int n = n0 + x + j * APART;
                if (m < rows && n < columns && c.groupIdx < tiles) {
                    int place = o + m * program.get(w + 10) + n * program.get(w + 11);
                    heap.set(place, sums[i * EACH + j] + ProductKernels.added(heap, program, w, place, n));
                }
            }
        }
    }
}
