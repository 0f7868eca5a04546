package dev.rankine.tornado;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Kernels over the rows of row-major x[N, C], a work-group for each row. What the threads hold is folded in
 * a tree, each time in place: TornadoVM cannot inline a method that takes an array of a group's memory. Words: 0 N, 1 C, from 2 on
 * where the tensors begin.
 */
final class RowKernels {
    static final int AXES = 8;
    static final int STRIDES = 16;
    /** Whether elements are dropped; behind it a word to use, the elements of an example, and the draw. */
    static final int DROPS = 24;

    private RowKernels() {}

    /** x as dropout leaves it. Numbers: 1 the threshold, 2 the factor. */
    private static float dropped(
            IntArray ints, IntArray program, FloatArray numbers, int node, int row, int column, float x) {
        int b = node * Block.WORDS;
        int size = program.get(b + DROPS + 2);
        int place = row * program.get(b + 1) + column;
        int example = place / size;
        float y = 0f;
        if (RandomKernels.uniform(ints, program, b + DROPS + 3, example, place - example * size)
                >= numbers.get(node * Block.NUMBERS + 1)) {
            y = x * numbers.get(node * Block.NUMBERS + 2);
        }
        return y;
    }

    /**
     * Softmax of scale x where the mask is not 0. Words: 2 y, 3 x, 4 the mask, 5 whether there is one, 6 the rank of the mask's
     * leading axes, 7 its stride in a row; then their lengths and strides, eight of each; {@value #DROPS} whether to drop from y
     * into what begins at the next word. Number 0: the scale.
     */
    static void softmax(
            KernelContext c, FloatArray heap, IntArray ints, IntArray program, FloatArray numbers, IntArray slots) {
        float[] part = c.allocateFloatLocalArray(Block.GROUP);
        int t = c.localIdx;
        int node = Block.open(c, program, slots);
        int b = node * Block.WORDS;
        int row = c.groupIdx < program.get(b) ? c.groupIdx : program.get(b) - 1;
        int width = program.get(b + 1);
        int y = program.get(b + 2) + row * width;
        int x = program.get(b + 3) + row * width;
        int masked = program.get(b + 5);
        int mask = Block.place(program, row, program.get(b + 6), b + AXES, b + STRIDES, b + 4);
        int step = program.get(b + 7);
        float scale = numbers.get(node * Block.NUMBERS);
        float max = -3.0e38f;
        for (int i = t; i < width; i += Block.GROUP) {
            float v = heap.get(x + i) * scale;
            if (masked == 0 || heap.get(mask + i * step) > 0) {
                max = v <= max ? max : v;
            }
        }
        part[t] = max;
        for (int half = Block.GROUP / 2; half > 0; half >>= 1) {
            c.localBarrier();
            if (t < half && !(part[t + half] <= part[t])) {
                part[t] = part[t + half];
            }
        }
        c.localBarrier();
        max = part[0];
        c.localBarrier();
        float all = 0f;
        for (int i = t; i < width; i += Block.GROUP) {
            if (masked == 0 || heap.get(mask + i * step) > 0) {
                all += TornadoMath.exp(heap.get(x + i) * scale - max);
            }
        }
        part[t] = all;
        for (int half = Block.GROUP / 2; half > 0; half >>= 1) {
            c.localBarrier();
            if (t < half) {
                part[t] += part[t + half];
            }
        }
        c.localBarrier();
        all = part[0];
        float share = all == 0 ? 0f : 1f / all;
        if (c.groupIdx < program.get(b)) {
            for (int i = t; i < width; i += Block.GROUP) {
                float v = 0f;
                if (masked == 0 || heap.get(mask + i * step) > 0) {
                    v = TornadoMath.exp(heap.get(x + i) * scale - max) * share;
                }
                heap.set(y + i, v);
                if (program.get(b + DROPS) == 1) {
                    heap.set(
                            program.get(b + DROPS + 1) + row * width + i,
                            dropped(ints, program, numbers, node, row, i, v));
                }
            }
        }
    }

    /**
     * dX = scale y (g - sum(y g)), g being dY or what is left of it. Words: 2 dX, 3 y, 4 dY; {@value #DROPS} whether to
     * drop from dY. Number 0: the scale.
     */
    static void softmaxBackward(
            KernelContext c, FloatArray heap, IntArray ints, IntArray program, FloatArray numbers, IntArray slots) {
        float[] part = c.allocateFloatLocalArray(Block.GROUP);
        int t = c.localIdx;
        int node = Block.open(c, program, slots);
        int b = node * Block.WORDS;
        int row = c.groupIdx < program.get(b) ? c.groupIdx : program.get(b) - 1;
        int width = program.get(b + 1);
        float scale = numbers.get(node * Block.NUMBERS);
        float inner = 0f;
        for (int i = t; i < width; i += Block.GROUP) {
            float dY = heap.get(program.get(b + 4) + row * width + i);
            if (program.get(b + DROPS) == 1) {
                dY = dropped(ints, program, numbers, node, row, i, dY);
            }
            inner += heap.get(program.get(b + 3) + row * width + i) * dY;
        }
        part[t] = inner;
        for (int half = Block.GROUP / 2; half > 0; half >>= 1) {
            c.localBarrier();
            if (t < half) {
                part[t] += part[t + half];
            }
        }
        c.localBarrier();
        inner = part[0];
        if (c.groupIdx < program.get(b)) {
            for (int i = t; i < width; i += Block.GROUP) {
                float y = heap.get(program.get(b + 3) + row * width + i);
                float dY = heap.get(program.get(b + 4) + row * width + i);
                if (program.get(b + DROPS) == 1) {
                    dY = dropped(ints, program, numbers, node, row, i, dY);
                }
                heap.set(program.get(b + 2) + row * width + i, scale * y * (dY - inner));
            }
        }
    }

    /**
     * Cross-entropy of logits[N, V] and its gradient. Words: 2 losses, or dLogits; 3 logits; 4 targets among the ints, 5 their
     * stride; 6 dLosses, 7 their stride; 8 whether the gradient is wanted.
     */
    static void crossEntropy(
            KernelContext c, FloatArray heap, IntArray ints, IntArray program, FloatArray numbers, IntArray slots) {
        float[] part = c.allocateFloatLocalArray(Block.GROUP);
        int t = c.localIdx;
        int b = Block.open(c, program, slots) * Block.WORDS;
        int row = c.groupIdx < program.get(b) ? c.groupIdx : program.get(b) - 1;
        int width = program.get(b + 1);
        int x = program.get(b + 3) + row * width;
        int target = ints.get(program.get(b + 4) + row * program.get(b + 5));
        float max = -3.4028234e38f;
        for (int i = t; i < width; i += Block.GROUP) {
            float v = heap.get(x + i);
            max = v <= max ? max : v;
        }
        part[t] = max;
        for (int half = Block.GROUP / 2; half > 0; half >>= 1) {
            c.localBarrier();
            if (t < half && !(part[t + half] <= part[t])) {
                part[t] = part[t + half];
            }
        }
        c.localBarrier();
        max = part[0];
        c.localBarrier();
        float all = 0f;
        for (int i = t; i < width; i += Block.GROUP) {
            all += TornadoMath.exp(heap.get(x + i) - max);
        }
        part[t] = all;
        for (int half = Block.GROUP / 2; half > 0; half >>= 1) {
            c.localBarrier();
            if (t < half) {
                part[t] += part[t + half];
            }
        }
        c.localBarrier();
        all = part[0];
        if (c.groupIdx < program.get(b)) {
            if (program.get(b + 8) == 0) {
                if (t == 0) {
                    float loss = 0f;
                    if (target >= 0) {
                        loss = TornadoMath.log(all) + max - heap.get(x + target);
                    }
                    heap.set(program.get(b + 2) + row, loss);
                }
            } else {
                float weight = heap.get(program.get(b + 6) + row * program.get(b + 7)) / all;
                for (int i = t; i < width; i += Block.GROUP) {
                    float d = 0f;
                    if (target >= 0) {
                        float e = TornadoMath.exp(heap.get(x + i) - max);
                        d = weight * (i == target ? e - all : e);
                    }
                    heap.set(program.get(b + 2) + row * width + i, d);
                }
            }
        }
    }
}
