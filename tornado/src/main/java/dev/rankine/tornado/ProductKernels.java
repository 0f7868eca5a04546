package dev.rankine.tornado;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * out[M, N] = a[M, K] b[K, N] for each matrix of a batch, in tiles that a work-group loads once for all its threads. Words: 0
 * the number of tiles, 1 M, 2 N, 3 K; 4, 5, 6 where the result, a and b begin; 7 whether to add to the result; 8 and 9 the
 * tiles over N and over M; 10 to 15 the row and column strides of the result, a and b; 16 the rank of the batch; then its
 * lengths and the strides of the three, eight of each.
 */
final class ProductKernels {
    static final int BATCH = 18;
    static final int BATCH_STRIDES = 26;
    static final int APART = 8;
    /** Rows and columns of a small tile, one element for a thread. */
    static final int SMALL = 16;
    /** Rows and columns of a large tile, 16 elements for a thread. */
    static final int LARGE = 64;

    private static final int DEPTH = 16;

    private ProductKernels() {}

    /** Tiles of 16 x 16: for matrices with few rows or columns. */
    static void small(
            KernelContext c, FloatArray heap, IntArray ints, IntArray program, FloatArray numbers, IntArray slots) {
        float[] as = c.allocateFloatLocalArray(SMALL * DEPTH);
        float[] bs = c.allocateFloatLocalArray(DEPTH * SMALL);
        int w = Block.open(c, program, slots) * Block.WORDS;
        int tiles = program.get(w);
        int rows = program.get(w + 1);
        int columns = program.get(w + 2);
        int inner = program.get(w + 3);
        int tile = c.groupIdx < tiles ? c.groupIdx : tiles - 1;
        int across = program.get(w + 8);
        int down = program.get(w + 9);
        int matrix = tile / (across * down);
        int rank = program.get(w + 16);
        int o = Block.place(program, matrix, rank, w + BATCH, w + BATCH_STRIDES, w + 4);
        int a = Block.place(program, matrix, rank, w + BATCH, w + BATCH_STRIDES + APART, w + 5);
        int b = Block.place(program, matrix, rank, w + BATCH, w + BATCH_STRIDES + 2 * APART, w + 6);
        int inMatrix = tile - matrix * across * down;
        int y = c.localIdx / SMALL;
        int x = c.localIdx - y * SMALL;
        int m = inMatrix / across * SMALL + y;
        int n = (inMatrix - inMatrix / across * across) * SMALL + x;
        float sum = 0f;
        for (int k = 0; k < inner; k += DEPTH) {
            float left = 0f;
            if (m < rows && k + x < inner) {
                left = heap.get(a + m * program.get(w + 12) + (k + x) * program.get(w + 13));
            }
            float right = 0f;
            if (n < columns && k + y < inner) {
                right = heap.get(b + (k + y) * program.get(w + 14) + n * program.get(w + 15));
            }
            as[c.localIdx] = left;
            bs[c.localIdx] = right;
            c.localBarrier();
            float part = 0f;
            for (int i = 0; i < DEPTH; i++) {
                part += as[y * DEPTH + i] * bs[i * SMALL + x];
            }
            sum += part;
            c.localBarrier();
        }
        if (m < rows && n < columns && c.groupIdx < tiles) {
            int place = o + m * program.get(w + 10) + n * program.get(w + 11);
            if (program.get(w + 7) == 1) {
                sum += heap.get(place);
            }
            heap.set(place, sum);
        }
    }

    /** Tiles of 64 x 64, of which a thread makes the 4 x 4 elements that lie 16 apart: neighbours read neighbours. */
    static void large(
            KernelContext c, FloatArray heap, IntArray ints, IntArray program, FloatArray numbers, IntArray slots) {
        float[] as = c.allocateFloatLocalArray(LARGE * DEPTH);
        float[] bs = c.allocateFloatLocalArray(DEPTH * LARGE);
        float[] sums = new float[16];
        int w = Block.open(c, program, slots) * Block.WORDS;
        int tiles = program.get(w);
        int rows = program.get(w + 1);
        int columns = program.get(w + 2);
        int inner = program.get(w + 3);
        int tile = c.groupIdx < tiles ? c.groupIdx : tiles - 1;
        int across = program.get(w + 8);
        int down = program.get(w + 9);
        int matrix = tile / (across * down);
        int rank = program.get(w + 16);
        int o = Block.place(program, matrix, rank, w + BATCH, w + BATCH_STRIDES, w + 4);
        int a = Block.place(program, matrix, rank, w + BATCH, w + BATCH_STRIDES + APART, w + 5);
        int b = Block.place(program, matrix, rank, w + BATCH, w + BATCH_STRIDES + 2 * APART, w + 6);
        int aRow = program.get(w + 12);
        int aColumn = program.get(w + 13);
        int bRow = program.get(w + 14);
        int bColumn = program.get(w + 15);
        int inMatrix = tile - matrix * across * down;
        int t = c.localIdx;
        int m0 = inMatrix / across * LARGE;
        int n0 = (inMatrix - inMatrix / across * across) * LARGE;
        int y = t / 16;
        int x = t - y * 16;
        for (int i = 0; i < 16; i++) {
            sums[i] = 0f;
        }
        for (int k = 0; k < inner; k += DEPTH) {
            for (int i = t; i < LARGE * DEPTH; i += Block.GROUP) {
                // threads run along the axis on which the operand is dense
                int row = aColumn == 1 ? i / DEPTH : i - i / LARGE * LARGE;
                int depth = aColumn == 1 ? i - i / DEPTH * DEPTH : i / LARGE;
                float left = 0f;
                if (m0 + row < rows && k + depth < inner) {
                    left = heap.get(a + (m0 + row) * aRow + (k + depth) * aColumn);
                }
                as[depth * LARGE + row] = left;
                int column = bColumn == 1 ? i - i / LARGE * LARGE : i / DEPTH;
                int deep = bColumn == 1 ? i / LARGE : i - i / DEPTH * DEPTH;
                float right = 0f;
                if (n0 + column < columns && k + deep < inner) {
                    right = heap.get(b + (k + deep) * bRow + (n0 + column) * bColumn);
                }
                bs[deep * LARGE + column] = right;
            }
            c.localBarrier();
            for (int d = 0; d < DEPTH; d++) {
                float a0 = as[d * LARGE + y];
                float a1 = as[d * LARGE + y + 16];
                float a2 = as[d * LARGE + y + 32];
                float a3 = as[d * LARGE + y + 48];
                float b0 = bs[d * LARGE + x];
                float b1 = bs[d * LARGE + x + 16];
                float b2 = bs[d * LARGE + x + 32];
                float b3 = bs[d * LARGE + x + 48];
                sums[0] += a0 * b0;
                sums[1] += a0 * b1;
                sums[2] += a0 * b2;
                sums[3] += a0 * b3;
                sums[4] += a1 * b0;
                sums[5] += a1 * b1;
                sums[6] += a1 * b2;
                sums[7] += a1 * b3;
                sums[8] += a2 * b0;
                sums[9] += a2 * b1;
                sums[10] += a2 * b2;
                sums[11] += a2 * b3;
                sums[12] += a3 * b0;
                sums[13] += a3 * b1;
                sums[14] += a3 * b2;
                sums[15] += a3 * b3;
            }
            c.localBarrier();
        }
        for (int i = 0; i < 16; i++) {
            int m = m0 + y + i / 4 * 16;
            int n = n0 + x + (i - i / 4 * 4) * 16;
            if (m < rows && n < columns && c.groupIdx < tiles) {
                int place = o + m * program.get(w + 10) + n * program.get(w + 11);
                float sum = sums[i];
                if (program.get(w + 7) == 1) {
                    sum += heap.get(place);
                }
                heap.set(place, sum);
            }
        }
    }
}
