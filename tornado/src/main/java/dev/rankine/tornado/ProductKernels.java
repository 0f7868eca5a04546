package dev.rankine.tornado;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * out[M, N] = a[M, K] b[K, N] for each matrix of a batch, in tiles that a work-group loads once for all its threads. Words: 0
 * the number of tiles, 1 M, 2 N, 3 K; 4, 5, 6 where the result, a and b begin; 7 whether to add to the result; 8 and 9 the
 * tiles over N and over M; 10 to 15 the row and column strides of the result, a and b; 16 the rank of the batch; then its
 * lengths and the strides of the three, eight of each. Of a second product that is added, h[M, R] u[R, N]: {@value #TERM} R, 0 for
 * none, then for h and for u where it begins and its strides. Of a row that is added: {@value #BIAS} whether there is one, where it
 * begins, its stride.
 */
final class ProductKernels {
    static final int BATCH = 18;
    static final int BATCH_STRIDES = 26;
    static final int APART = 8;
    static final int TERM = 50;
    static final int BIAS = 57;
    /** Rows and columns of a small tile, one element for a thread. */
    static final int SMALL = 16;
    /** Rows and columns of a large tile, 16 elements for a thread. */
    static final int LARGE = 64;
    /** Elements of a column that a thread of {@link #end} makes. */
    static final int TOGETHER = 8;

    private static final int DEPTH = 16;
    /** From a line of a large tile to the next: threads that write next to each other down the tile meet different banks. */
    private static final int PITCH = LARGE + 2;

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
        int aRow = program.get(w + 12);
        int aColumn = program.get(w + 13);
        int bRow = program.get(w + 14);
        int bColumn = program.get(w + 15);
        int first = (inner + DEPTH - 1) / DEPTH * DEPTH;
        int all = first + program.get(w + TERM);
        float sum = 0f;
        for (int from = 0; from < all; from += DEPTH) {
            int k = from;
            if (from >= first) {
                k = from - first;
                inner = program.get(w + TERM);
                a = program.get(w + TERM + 1);
                aRow = program.get(w + TERM + 2);
                aColumn = program.get(w + TERM + 3);
                b = program.get(w + TERM + 4);
                bRow = program.get(w + TERM + 5);
                bColumn = program.get(w + TERM + 6);
            }
            float left = 0f;
            if (m < rows && k + x < inner) {
                left = heap.get(a + m * aRow + (k + x) * aColumn);
            }
            float right = 0f;
            if (n < columns && k + y < inner) {
                right = heap.get(b + (k + y) * bRow + n * bColumn);
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
            heap.set(place, sum + added(heap, program, w, place, n));
        }
    }

    /** In a kernel: what is added to an element of a column of the result. */
    static float added(FloatArray heap, IntArray program, int w, int place, int column) {
        float sum = 0f;
        if (program.get(w + 7) == 1) {
            sum = heap.get(place);
        }
        if (program.get(w + BIAS) == 1) {
            sum += heap.get(program.get(w + BIAS + 1) + column * program.get(w + BIAS + 2));
        }
        return sum;
    }

    /**
     * What a library's product lacks: out += h u + the row, all row-major but h and u. Words: 0 the elements; 7 is 1. A thread makes
     * {@value #TOGETHER} elements of a column, for which it reads u once: neighbours read it from places far apart.
     */
    static void end(
            KernelContext c, FloatArray heap, IntArray ints, IntArray program, FloatArray numbers, IntArray slots) {
        float[] sums = new float[TOGETHER];
        int w = Block.open(c, program, slots) * Block.WORDS;
        int columns = program.get(w + 2);
        int rows = program.get(w) / columns;
        int out = program.get(w + 4);
        int inner = program.get(w + TERM);
        int hRow = program.get(w + TERM + 2);
        int hColumn = program.get(w + TERM + 3);
        int uRow = program.get(w + TERM + 5);
        int pieces = (rows + TOGETHER - 1) / TOGETHER * columns;
        for (int piece = c.globalIdx; piece < pieces; piece += c.globalGroupSizeX) {
            int above = piece / columns;
            int column = piece - above * columns;
            int row = above * TOGETHER;
            int h = program.get(w + TERM + 1) + row * hRow;
            int u = program.get(w + TERM + 4) + column * program.get(w + TERM + 6);
            for (int i = 0; i < TOGETHER; i++) {
                sums[i] = 0f;
            }
            for (int k = 0; k < inner; k++) {
                float right = heap.get(u + k * uRow);
                for (int i = 0; i < TOGETHER; i++) {
                    int below = row + i < rows ? i : 0;
                    sums[i] += heap.get(h + below * hRow + k * hColumn) * right;
                }
            }
            for (int i = 0; i < TOGETHER; i++) {
                if (row + i < rows) {
                    int place = out + (row + i) * columns + column;
                    heap.set(place, sums[i] + added(heap, program, w, place, column));
                }
            }
        }
    }

    /** Tiles of 64 x 64, of which a thread makes the 4 x 4 elements that lie 16 apart: neighbours read neighbours. */
    static void large(
            KernelContext c, FloatArray heap, IntArray ints, IntArray program, FloatArray numbers, IntArray slots) {
        float[] as = c.allocateFloatLocalArray(PITCH * DEPTH);
        float[] bs = c.allocateFloatLocalArray(DEPTH * PITCH);
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
        int first = (inner + DEPTH - 1) / DEPTH * DEPTH;
        int all = first + program.get(w + TERM);
        for (int from = 0; from < all; from += DEPTH) {
            int k = from;
            if (from >= first) {
                k = from - first;
                inner = program.get(w + TERM);
                a = program.get(w + TERM + 1);
                aRow = program.get(w + TERM + 2);
                aColumn = program.get(w + TERM + 3);
                b = program.get(w + TERM + 4);
                bRow = program.get(w + TERM + 5);
                bColumn = program.get(w + TERM + 6);
            }
            for (int i = t; i < LARGE * DEPTH; i += Block.GROUP) {
                // threads run along the axis on which the operand is dense
                int row = aColumn == 1 ? i / DEPTH : i - i / LARGE * LARGE;
                int depth = aColumn == 1 ? i - i / DEPTH * DEPTH : i / LARGE;
                float left = 0f;
                if (m0 + row < rows && k + depth < inner) {
                    left = heap.get(a + (m0 + row) * aRow + (k + depth) * aColumn);
                }
                as[depth * PITCH + row] = left;
                int column = bColumn == 1 ? i - i / LARGE * LARGE : i / DEPTH;
                int deep = bColumn == 1 ? i / LARGE : i - i / DEPTH * DEPTH;
                float right = 0f;
                if (n0 + column < columns && k + deep < inner) {
                    right = heap.get(b + (k + deep) * bRow + (n0 + column) * bColumn);
                }
                bs[deep * PITCH + column] = right;
            }
            c.localBarrier();
            for (int d = 0; d < DEPTH; d++) {
                float a0 = as[d * PITCH + y];
                float a1 = as[d * PITCH + y + 16];
                float a2 = as[d * PITCH + y + 32];
                float a3 = as[d * PITCH + y + 48];
                float b0 = bs[d * PITCH + x];
                float b1 = bs[d * PITCH + x + 16];
                float b2 = bs[d * PITCH + x + 32];
                float b3 = bs[d * PITCH + x + 48];
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
                heap.set(place, sums[i] + added(heap, program, w, place, n));
            }
        }
    }
}
