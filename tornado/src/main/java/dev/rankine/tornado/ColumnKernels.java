package dev.rankine.tornado;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Kernels over the columns of row-major x[R, C]. Sums over rows are made by a work-group for each {@value #WIDE} columns: its
 * {@value #DEEP} threads of a column take every {@value #DEEP}th row, and what they hold is folded in a tree. Words: 0 the number of
 * groups, or of elements; 1 R, 2 C, from 3 on where the tensors begin.
 */
final class ColumnKernels {
    /** Columns of a work-group. */
    static final int WIDE = 16;

    private static final int DEEP = Block.GROUP / WIDE;

    private ColumnKernels() {}

    /** y = x f + bias. Words: 3 y, 4 x, 5 f, 6 bias, 7 whether there is one. */
    static void scale(
            KernelContext c, FloatArray heap, IntArray ints, IntArray program, FloatArray numbers, IntArray slots) {
        int b = Block.open(c, program, slots) * Block.WORDS;
        int n = program.get(b);
        int width = program.get(b + 2);
        for (int i = c.globalIdx; i < n; i += c.globalGroupSizeX) {
            int column = i - i / width * width;
            float y = heap.get(program.get(b + 4) + i) * heap.get(program.get(b + 5) + column);
            if (program.get(b + 7) == 1) {
                y += heap.get(program.get(b + 6) + column);
            }
            heap.set(program.get(b + 3) + i, y);
        }
    }

    /** dX = dY f and dF = sum_rows(dY x). Words: 3 dX, 4 x, 5 f, 6 dY, 7 dF. */
    static void scaleBackward(
            KernelContext c, FloatArray heap, IntArray ints, IntArray program, FloatArray numbers, IntArray slots) {
        float[] part = c.allocateFloatLocalArray(Block.GROUP);
        int t = c.localIdx;
        int b = Block.open(c, program, slots) * Block.WORDS;
        int rows = program.get(b + 1);
        int width = program.get(b + 2);
        int column = c.groupIdx * WIDE + t - t / WIDE * WIDE;
        boolean mine = c.groupIdx < program.get(b) && column < width;
        float sum = 0f;
        if (mine) {
            float f = heap.get(program.get(b + 5) + column);
            for (int row = t / WIDE; row < rows; row += DEEP) {
                int i = row * width + column;
                float dY = heap.get(program.get(b + 6) + i);
                sum += dY * heap.get(program.get(b + 4) + i);
                heap.set(program.get(b + 3) + i, dY * f);
            }
        }
        part[t] = sum;
        for (int half = Block.GROUP / 2; half >= WIDE; half >>= 1) {
            c.localBarrier();
            if (t < half) {
                part[t] += part[t + half];
            }
        }
        if (mine && t < WIDE) {
            heap.set(program.get(b + 7) + column, part[t]);
        }
    }

    /**
     * The gradients of layer norm's parameters: dGamma = sum_rows(dY (x - mean) rstd), dBeta = sum_rows(dY). Words: 3 dGamma, 4
     * dBeta, 5 x, 6 mean, 7 rstd, 8 dY.
     */
    static void normParameters(
            KernelContext c, FloatArray heap, IntArray ints, IntArray program, FloatArray numbers, IntArray slots) {
        float[] part = c.allocateFloatLocalArray(Block.GROUP);
        float[] other = c.allocateFloatLocalArray(Block.GROUP);
        int t = c.localIdx;
        int b = Block.open(c, program, slots) * Block.WORDS;
        int rows = program.get(b + 1);
        int width = program.get(b + 2);
        int column = c.groupIdx * WIDE + t - t / WIDE * WIDE;
        boolean mine = c.groupIdx < program.get(b) && column < width;
        float gamma = 0f;
        float beta = 0f;
        if (mine) {
            for (int row = t / WIDE; row < rows; row += DEEP) {
                int i = row * width + column;
                float dY = heap.get(program.get(b + 8) + i);
                float centred = heap.get(program.get(b + 5) + i) - heap.get(program.get(b + 6) + row);
                gamma += dY * centred * heap.get(program.get(b + 7) + row);
                beta += dY;
            }
        }
        part[t] = gamma;
        other[t] = beta;
        for (int half = Block.GROUP / 2; half >= WIDE; half >>= 1) {
            c.localBarrier();
            if (t < half) {
                part[t] += part[t + half];
                other[t] += other[t + half];
            }
        }
        if (mine && t < WIDE) {
            heap.set(program.get(b + 3) + column, part[t]);
            heap.set(program.get(b + 4) + column, other[t]);
        }
    }
}
