package dev.rankine.tornado;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Layer norm of the rows of row-major x[N, C], with what stands before it in a post-norm model; a work-group for each row. Words:
 * 0 N, 1 C, from 2 on where the tensors begin; {@value #ADDED} what is added, then the sum or dF, f, the elements of an example, and
 * the draw. Numbers: epsilon, 1 / C, the threshold and the factor of the dropout.
 */
final class NormKernels {
    static final int ADDED = 8;
    /** What is added before the norm: nothing, f, or what dropout leaves of f. */
    static final int NOTHING = 0;

    static final int ALL = 1;
    static final int SOME = 2;

    private NormKernels() {}

    /** x as dropout leaves it. */
    private static float dropped(
            IntArray ints, IntArray program, FloatArray numbers, int node, int row, int column, float x) {
        int b = node * Block.WORDS;
        int size = program.get(b + ADDED + 3);
        int place = row * program.get(b + 1) + column;
        int example = place / size;
        float y = 0f;
        if (RandomKernels.uniform(ints, program, b + ADDED + 4, example, place - example * size)
                >= numbers.get(node * Block.NUMBERS + 2)) {
            y = x * numbers.get(node * Block.NUMBERS + 3);
        }
        return y;
    }

    /** y = norm(x), or sum = x + f and y = norm(sum). Words: 2 y, 3 x, 4 gamma, 5 beta, 6 mean, 7 rstd. */
    static void forward(
            KernelContext c, FloatArray heap, IntArray ints, IntArray program, FloatArray numbers, IntArray slots) {
        float[] part = c.allocateFloatLocalArray(Block.GROUP);
        int t = c.localIdx;
        int node = Block.open(c, program, slots);
        int b = node * Block.WORDS;
        int row = c.groupIdx < program.get(b) ? c.groupIdx : program.get(b) - 1;
        int width = program.get(b + 1);
        int added = program.get(b + ADDED);
        int x = program.get(b + 3) + row * width;
        float share = numbers.get(node * Block.NUMBERS + 1);
        float total = 0f;
        for (int i = t; i < width; i += Block.GROUP) {
            float v = heap.get(x + i);
            if (added > NOTHING) {
                float f = heap.get(program.get(b + ADDED + 2) + row * width + i);
                if (added == SOME) {
                    f = dropped(ints, program, numbers, node, row, i, f);
                }
                v += f;
                if (c.groupIdx < program.get(b)) {
                    heap.set(program.get(b + ADDED + 1) + row * width + i, v);
                }
            }
            total += v;
        }
        part[t] = total;
        for (int half = Block.GROUP / 2; half > 0; half >>= 1) {
            c.localBarrier();
            if (t < half) {
                part[t] += part[t + half];
            }
        }
        c.localBarrier();
        float mean = part[0] * share;
        c.localBarrier();
        if (added > NOTHING) {
            x = program.get(b + ADDED + 1) + row * width;
        }
        float squares = 0f;
        for (int i = t; i < width; i += Block.GROUP) {
            float difference = heap.get(x + i) - mean;
            squares += difference * difference;
        }
        part[t] = squares;
        for (int half = Block.GROUP / 2; half > 0; half >>= 1) {
            c.localBarrier();
            if (t < half) {
                part[t] += part[t + half];
            }
        }
        c.localBarrier();
        float variance = part[0] * share;
        float rstd = 1f / TornadoMath.sqrt(variance + numbers.get(node * Block.NUMBERS));
        if (c.groupIdx < program.get(b)) {
            for (int i = t; i < width; i += Block.GROUP) {
                float n = (heap.get(x + i) - mean) * rstd;
                float y = n * heap.get(program.get(b + 4) + i) + heap.get(program.get(b + 5) + i);
                heap.set(program.get(b + 2) + row * width + i, y);
            }
            if (t == 0) {
                heap.set(program.get(b + 6) + row, mean);
                heap.set(program.get(b + 7) + row, rstd);
            }
        }
    }

    /**
     * dX = rstd (g - mean(g) - n mean(g n)) with g = dY gamma, and dF, what dropout leaves of dX, where wanted. Words: 2 dX, 3
     * x, 4 gamma, 5 mean, 6 rstd, 7 dY.
     */
    static void backward(
            KernelContext c, FloatArray heap, IntArray ints, IntArray program, FloatArray numbers, IntArray slots) {
        float[] part = c.allocateFloatLocalArray(Block.GROUP);
        int t = c.localIdx;
        int node = Block.open(c, program, slots);
        int b = node * Block.WORDS;
        int row = c.groupIdx < program.get(b) ? c.groupIdx : program.get(b) - 1;
        int width = program.get(b + 1);
        int x = program.get(b + 3) + row * width;
        int dY = program.get(b + 7) + row * width;
        float share = numbers.get(node * Block.NUMBERS + 1);
        float mean = heap.get(program.get(b + 5) + row);
        float rstd = heap.get(program.get(b + 6) + row);
        float g = 0f;
        float gn = 0f;
        for (int i = t; i < width; i += Block.GROUP) {
            float slope = heap.get(dY + i) * heap.get(program.get(b + 4) + i);
            g += slope;
            gn += slope * (heap.get(x + i) - mean) * rstd;
        }
        part[t] = g;
        for (int half = Block.GROUP / 2; half > 0; half >>= 1) {
            c.localBarrier();
            if (t < half) {
                part[t] += part[t + half];
            }
        }
        c.localBarrier();
        float meanG = part[0] * share;
        c.localBarrier();
        part[t] = gn;
        for (int half = Block.GROUP / 2; half > 0; half >>= 1) {
            c.localBarrier();
            if (t < half) {
                part[t] += part[t + half];
            }
        }
        c.localBarrier();
        float meanGn = part[0] * share;
        if (c.groupIdx < program.get(b)) {
            for (int i = t; i < width; i += Block.GROUP) {
                float slope = heap.get(dY + i) * heap.get(program.get(b + 4) + i);
                float n = (heap.get(x + i) - mean) * rstd;
                float dX = rstd * (slope - meanG - n * meanGn);
                heap.set(program.get(b + 2) + row * width + i, dX);
                if (program.get(b + ADDED) == SOME) {
                    float dF = dropped(ints, program, numbers, node, row, i, dX);
                    heap.set(program.get(b + ADDED + 1) + row * width + i, dF);
                }
            }
        }
    }
}
