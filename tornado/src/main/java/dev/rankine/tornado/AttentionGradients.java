package dev.rankine.tornado;

import static dev.rankine.tornado.AttentionKernels.BLOCKS;
import static dev.rankine.tornado.AttentionKernels.DELTA;
import static dev.rankine.tornado.AttentionKernels.DEPTH;
import static dev.rankine.tornado.AttentionKernels.D_K;
import static dev.rankine.tornado.AttentionKernels.D_OUT;
import static dev.rankine.tornado.AttentionKernels.D_V;
import static dev.rankine.tornado.AttentionKernels.K;
import static dev.rankine.tornado.AttentionKernels.MASK;
import static dev.rankine.tornado.AttentionKernels.OUT;
import static dev.rankine.tornado.AttentionKernels.PITCH;
import static dev.rankine.tornado.AttentionKernels.Q;
import static dev.rankine.tornado.AttentionKernels.SAVED;
import static dev.rankine.tornado.AttentionKernels.SIDE;
import static dev.rankine.tornado.AttentionKernels.V;
import static dev.rankine.tornado.AttentionKernels.WIDE;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * The gradients of {@link AttentionKernels}, with its words: first {@link #queries}, then {@link #keys}. Both make the
 * probabilities p anew, and g = dOut v^T as far as it is not dropped; a thread that sums alone writes alone.
 */
final class AttentionGradients {
    private AttentionGradients() {}

    /**
     * dQ = scale sum_keys(p (g - delta) k) with delta = sum_keys(p g), in one pass over the keys: sum(p g k) and sum(p k) are
     * kept apart. delta is written for {@link #keys}.
     */
    static void queries(
            KernelContext c, FloatArray heap, IntArray ints, IntArray program, FloatArray numbers, IntArray slots) {
        float[] as = c.allocateFloatLocalArray(DEPTH * PITCH);
        float[] bs = c.allocateFloatLocalArray(DEPTH * PITCH);
        float[] p = c.allocateFloatLocalArray(SIDE * WIDE);
        float[] pg = c.allocateFloatLocalArray(SIDE * WIDE);
        float[] s = new float[16];
        float[] g = new float[16];
        float[] pgk = new float[16];
        float[] pk = new float[16];
        float[] delta = new float[4];
        int t = c.localIdx;
        int node = Block.open(c, program, slots);
        int w = node * Block.WORDS;
        int group = c.groupIdx < program.get(w) ? c.groupIdx : program.get(w) - 1;
        int both = group / program.get(w + BLOCKS);
        int from = (group - both * program.get(w + BLOCKS)) * SIDE;
        int example = both / program.get(w + 1);
        int head = both - example * program.get(w + 1);
        int queries = program.get(w + 2);
        int keys = program.get(w + 3);
        int depth = program.get(w + 4);
        int width = program.get(w + 5);
        int q = AttentionKernels.matrix(program, w + Q, example, head);
        int k = AttentionKernels.matrix(program, w + K, example, head);
        int v = AttentionKernels.matrix(program, w + V, example, head);
        int dOut = AttentionKernels.matrix(program, w + D_OUT, example, head);
        int mask = AttentionKernels.matrix(program, w + MASK, example, head);
        float scale = numbers.get(node * Block.NUMBERS);
        int y = t / 16;
        int x = t - y * 16;
        for (int i = 0; i < 16; i++) {
            pgk[i] = 0f;
            pk[i] = 0f;
        }
        for (int i = 0; i < 4; i++) {
            delta[i] = 0f;
        }
        for (int j = 0; j < keys; j += SIDE) {
            for (int i = 0; i < 16; i++) {
                s[i] = 0f;
                g[i] = 0f;
            }
            for (int d = 0; d < depth; d += DEPTH) {
                for (int i = t; i < SIDE * DEPTH; i += Block.GROUP) {
                    int line = i / DEPTH;
                    int deep = i - line * DEPTH;
                    as[deep * PITCH + line] =
                            AttentionKernels.element(heap, program, w + Q, q, from + line, queries, d + deep, depth);
                    bs[deep * PITCH + line] =
                            AttentionKernels.element(heap, program, w + K, k, j + line, keys, d + deep, depth);
                }
                c.localBarrier();
                for (int deep = 0; deep < DEPTH; deep++) {
                    for (int i = 0; i < 16; i++) {
                        s[i] += as[deep * PITCH + y + i / 4 * 16] * bs[deep * PITCH + x + (i - i / 4 * 4) * 16];
                    }
                }
                c.localBarrier();
            }
            for (int d = 0; d < width; d += DEPTH) {
                for (int i = t; i < SIDE * DEPTH; i += Block.GROUP) {
                    int line = i / DEPTH;
                    int deep = i - line * DEPTH;
                    as[deep * PITCH + line] = AttentionKernels.element(
                            heap, program, w + D_OUT, dOut, from + line, queries, d + deep, width);
                    bs[deep * PITCH + line] =
                            AttentionKernels.element(heap, program, w + V, v, j + line, keys, d + deep, width);
                }
                c.localBarrier();
                for (int deep = 0; deep < DEPTH; deep++) {
                    for (int i = 0; i < 16; i++) {
                        g[i] += as[deep * PITCH + y + i / 4 * 16] * bs[deep * PITCH + x + (i - i / 4 * 4) * 16];
                    }
                }
                c.localBarrier();
            }
            for (int i = 0; i < 16; i++) {
                int m = y + i / 4 * 16;
                int n = x + (i - i / 4 * 4) * 16;
                float probability = 0f;
                float slope = 0f;
                if (AttentionKernels.sees(heap, program, w, mask, from + m, j + n)) {
                    int saved = program.get(w + SAVED) + 2 * (both * queries + from + m);
                    probability = TornadoMath.exp(s[i] * scale - heap.get(saved)) * heap.get(saved + 1);
                    slope = probability
                            * g[i]
                            * AttentionKernels.kept(ints, program, numbers, node, example, head, from + m, j + n);
                }
                delta[i / 4] += slope;
                p[m * WIDE + n] = probability;
                pg[m * WIDE + n] = slope;
            }
            c.localBarrier();
            for (int n = 0; n < SIDE; n += DEPTH) {
                for (int i = t; i < SIDE * DEPTH; i += Block.GROUP) {
                    int deep = i / SIDE;
                    int column = i - deep * SIDE;
                    bs[deep * PITCH + column] =
                            AttentionKernels.element(heap, program, w + K, k, j + n + deep, keys, column, depth);
                }
                c.localBarrier();
                for (int deep = 0; deep < DEPTH; deep++) {
                    for (int i = 0; i < 16; i++) {
                        float key = bs[deep * PITCH + x + (i - i / 4 * 4) * 16];
                        pgk[i] += pg[(y + i / 4 * 16) * WIDE + n + deep] * key;
                        pk[i] += p[(y + i / 4 * 16) * WIDE + n + deep] * key;
                    }
                }
                c.localBarrier();
            }
        }
        for (int i = 0; i < 4; i++) {
            p[(y + i * 16) * WIDE + x] = delta[i];
        }
        c.localBarrier();
        if (t < SIDE) {
            float all = 0f;
            for (int i = 0; i < 16; i++) {
                all += p[t * WIDE + i];
            }
            pg[t] = all;
            if (from + t < queries && c.groupIdx < program.get(w)) {
                heap.set(program.get(w + DELTA) + both * queries + from + t, all);
            }
        }
        c.localBarrier();
        for (int i = 0; i < 16; i++) {
            int m = y + i / 4 * 16;
            int n = x + (i - i / 4 * 4) * 16;
            if (from + m < queries && n < depth && c.groupIdx < program.get(w)) {
                float dQ = scale * (pgk[i] - pg[m] * pk[i]);
                heap.set(program.get(w + OUT) + (both * queries + from + m) * depth + n, dQ);
            }
        }
    }

    /** dV = sum_queries(p dOut) with p as far as it is not dropped, dK = scale sum_queries(p (g - delta) q). */
    static void keys(
            KernelContext c, FloatArray heap, IntArray ints, IntArray program, FloatArray numbers, IntArray slots) {
        float[] as = c.allocateFloatLocalArray(DEPTH * PITCH);
        float[] bs = c.allocateFloatLocalArray(DEPTH * PITCH);
        float[] p = c.allocateFloatLocalArray(SIDE * WIDE);
        float[] dS = c.allocateFloatLocalArray(SIDE * WIDE);
        float[] s = new float[16];
        float[] g = new float[16];
        float[] dV = new float[16];
        float[] dK = new float[16];
        int t = c.localIdx;
        int node = Block.open(c, program, slots);
        int w = node * Block.WORDS;
        int group = c.groupIdx < program.get(w) ? c.groupIdx : program.get(w) - 1;
        int both = group / program.get(w + BLOCKS);
        int from = (group - both * program.get(w + BLOCKS)) * SIDE;
        int example = both / program.get(w + 1);
        int head = both - example * program.get(w + 1);
        int queries = program.get(w + 2);
        int keys = program.get(w + 3);
        int depth = program.get(w + 4);
        int width = program.get(w + 5);
        int q = AttentionKernels.matrix(program, w + Q, example, head);
        int k = AttentionKernels.matrix(program, w + K, example, head);
        int v = AttentionKernels.matrix(program, w + V, example, head);
        int dOut = AttentionKernels.matrix(program, w + D_OUT, example, head);
        int mask = AttentionKernels.matrix(program, w + MASK, example, head);
        float scale = numbers.get(node * Block.NUMBERS);
        int y = t / 16;
        int x = t - y * 16;
        for (int i = 0; i < 16; i++) {
            dV[i] = 0f;
            dK[i] = 0f;
        }
        for (int j = 0; j < queries; j += SIDE) {
            for (int i = 0; i < 16; i++) {
                s[i] = 0f;
                g[i] = 0f;
            }
            for (int d = 0; d < depth; d += DEPTH) {
                for (int i = t; i < SIDE * DEPTH; i += Block.GROUP) {
                    int line = i / DEPTH;
                    int deep = i - line * DEPTH;
                    as[deep * PITCH + line] =
                            AttentionKernels.element(heap, program, w + K, k, from + line, keys, d + deep, depth);
                    bs[deep * PITCH + line] =
                            AttentionKernels.element(heap, program, w + Q, q, j + line, queries, d + deep, depth);
                }
                c.localBarrier();
                for (int deep = 0; deep < DEPTH; deep++) {
                    for (int i = 0; i < 16; i++) {
                        s[i] += as[deep * PITCH + y + i / 4 * 16] * bs[deep * PITCH + x + (i - i / 4 * 4) * 16];
                    }
                }
                c.localBarrier();
            }
            for (int d = 0; d < width; d += DEPTH) {
                for (int i = t; i < SIDE * DEPTH; i += Block.GROUP) {
                    int line = i / DEPTH;
                    int deep = i - line * DEPTH;
                    as[deep * PITCH + line] =
                            AttentionKernels.element(heap, program, w + V, v, from + line, keys, d + deep, width);
                    bs[deep * PITCH + line] = AttentionKernels.element(
                            heap, program, w + D_OUT, dOut, j + line, queries, d + deep, width);
                }
                c.localBarrier();
                for (int deep = 0; deep < DEPTH; deep++) {
                    for (int i = 0; i < 16; i++) {
                        g[i] += as[deep * PITCH + y + i / 4 * 16] * bs[deep * PITCH + x + (i - i / 4 * 4) * 16];
                    }
                }
                c.localBarrier();
            }
            for (int i = 0; i < 16; i++) {
                int m = y + i / 4 * 16;
                int n = x + (i - i / 4 * 4) * 16;
                float used = 0f;
                float slope = 0f;
                if (AttentionKernels.sees(heap, program, w, mask, j + n, from + m)) {
                    int row = both * queries + j + n;
                    int saved = program.get(w + SAVED) + 2 * row;
                    float probability = TornadoMath.exp(s[i] * scale - heap.get(saved)) * heap.get(saved + 1);
                    float kept = AttentionKernels.kept(ints, program, numbers, node, example, head, j + n, from + m);
                    used = probability * kept;
                    slope = scale * probability * (g[i] * kept - heap.get(program.get(w + DELTA) + row));
                }
                p[m * WIDE + n] = used;
                dS[m * WIDE + n] = slope;
            }
            c.localBarrier();
            for (int n = 0; n < SIDE; n += DEPTH) {
                for (int i = t; i < SIDE * DEPTH; i += Block.GROUP) {
                    int deep = i / SIDE;
                    int column = i - deep * SIDE;
                    as[deep * PITCH + column] = AttentionKernels.element(
                            heap, program, w + D_OUT, dOut, j + n + deep, queries, column, width);
                    bs[deep * PITCH + column] =
                            AttentionKernels.element(heap, program, w + Q, q, j + n + deep, queries, column, depth);
                }
                c.localBarrier();
                for (int deep = 0; deep < DEPTH; deep++) {
                    for (int i = 0; i < 16; i++) {
                        int line = (y + i / 4 * 16) * WIDE + n + deep;
                        int column = deep * PITCH + x + (i - i / 4 * 4) * 16;
                        dV[i] += p[line] * as[column];
                        dK[i] += dS[line] * bs[column];
                    }
                }
                c.localBarrier();
            }
        }
        for (int i = 0; i < 16; i++) {
            int m = y + i / 4 * 16;
            int n = x + (i - i / 4 * 4) * 16;
            int row = both * keys + from + m;
            if (from + m < keys && c.groupIdx < program.get(w)) {
                if (n < width) {
                    heap.set(program.get(w + D_V) + row * width + n, dV[i]);
                }
                if (n < depth) {
                    heap.set(program.get(w + D_K) + row * depth + n, dK[i]);
                }
            }
        }
    }
}
