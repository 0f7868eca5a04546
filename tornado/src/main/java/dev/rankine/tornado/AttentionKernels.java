package dev.rankine.tornado;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Attention without the scores in memory (Dao et al. 2022): a work-group takes {@value #SIDE} queries of a head and goes over the
 * keys, as many at a time. What it knows of the softmax of a row after some keys, the maximum and the sum, it corrects when
 * a larger score comes. A thread makes 4 x 4 elements that lie 16 apart. Words: 0 the number of groups, 1 H, 2 T, 3 S, 4 D, 5 the
 * width of v; then for q, k, v, dOut and the mask where they begin and their four strides; whether there is a mask; whether to
 * drop, and the draw; where begin what is saved, delta, out or dQ, dK and dV; the groups of a head. Numbers: the scale, the
 * threshold and the factor of the dropout.
 */
final class AttentionKernels {
    /** Queries or keys of a block, and the widest head. */
    static final int SIDE = 64;

    static final int Q = 6;
    static final int K = 11;
    static final int V = 16;
    static final int D_OUT = 21;
    static final int MASK = 26;
    static final int MASKED = 31;
    static final int DROPPED = 32;
    static final int SAVED = 38;
    static final int DELTA = 39;
    static final int OUT = 40;
    static final int D_K = 41;
    static final int D_V = 42;
    static final int BLOCKS = 43;

    static final int DEPTH = 16;
    /** From a line of what is loaded to the next: threads that write next to each other meet different banks. */
    static final int PITCH = SIDE + 2;
    /** From a row of probabilities to the next, likewise. */
    static final int WIDE = SIDE + 4;

    private static final float LOWEST = -3.0e38f;
    /** Threads that share a row of probabilities, and what each has of it. */
    private static final int SHARE = 4;

    private AttentionKernels() {}

    /** In a kernel: where the matrix of a head begins. */
    static int matrix(IntArray program, int tensor, int example, int head) {
        return program.get(tensor) + example * program.get(tensor + 1) + head * program.get(tensor + 2);
    }

    /** In a kernel: an element of a matrix, 0 beyond its ends. */
    static float element(
            FloatArray heap, IntArray program, int tensor, int matrix, int row, int rows, int column, int columns) {
        float x = 0f;
        if (row < rows && column < columns) {
            x = heap.get(matrix + row * program.get(tensor + 3) + column * program.get(tensor + 4));
        }
        return x;
    }

    /** In a kernel: whether a query sees a key. */
    static boolean sees(FloatArray heap, IntArray program, int w, int mask, int query, int key) {
        boolean inside = query < program.get(w + 2) && key < program.get(w + 3);
        if (inside && program.get(w + MASKED) == 1) {
            inside = heap.get(mask + query * program.get(w + MASK + 3) + key * program.get(w + MASK + 4)) > 0;
        }
        return inside;
    }

    /** In a kernel: what dropout multiplies the probability of a key by. */
    static float kept(
            IntArray ints, IntArray program, FloatArray numbers, int node, int example, int head, int query, int key) {
        int w = node * Block.WORDS;
        float factor = 1f;
        if (program.get(w + DROPPED) == 1) {
            int position = (head * program.get(w + 2) + query) * program.get(w + 3) + key;
            float u = RandomKernels.uniform(ints, program, w + DROPPED + 1, example, position);
            factor = u >= numbers.get(node * Block.NUMBERS + 1) ? numbers.get(node * Block.NUMBERS + 2) : 0f;
        }
        return factor;
    }

    /** out, and for each row the maximum of its scores and the reciprocal of the sum of their exponentials. */
    static void forward(
            KernelContext c, FloatArray heap, IntArray ints, IntArray program, FloatArray numbers, IntArray slots) {
        float[] as = c.allocateFloatLocalArray(DEPTH * PITCH);
        float[] bs = c.allocateFloatLocalArray(DEPTH * PITCH);
        float[] p = c.allocateFloatLocalArray(SIDE * WIDE);
        float[] part = c.allocateFloatLocalArray(Block.GROUP);
        float[] sums = c.allocateFloatLocalArray(Block.GROUP);
        float[] max = c.allocateFloatLocalArray(SIDE);
        float[] sum = c.allocateFloatLocalArray(SIDE);
        float[] shrink = c.allocateFloatLocalArray(SIDE);
        float[] s = new float[16];
        float[] o = new float[16];
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
        int q = matrix(program, w + Q, example, head);
        int k = matrix(program, w + K, example, head);
        int v = matrix(program, w + V, example, head);
        int mask = matrix(program, w + MASK, example, head);
        float scale = numbers.get(node * Block.NUMBERS);
        int y = t / 16;
        int x = t - y * 16;
        int row = t / SHARE;
        int lane = t - row * SHARE;
        if (t < SIDE) {
            max[t] = LOWEST;
            sum[t] = 0f;
        }
        for (int i = 0; i < 16; i++) {
            o[i] = 0f;
        }
        c.localBarrier();
        for (int j = 0; j < keys; j += SIDE) {
            for (int i = 0; i < 16; i++) {
                s[i] = 0f;
            }
            for (int d = 0; d < depth; d += DEPTH) {
                for (int i = t; i < SIDE * DEPTH; i += Block.GROUP) {
                    int line = i / DEPTH;
                    int deep = i - line * DEPTH;
                    as[deep * PITCH + line] = element(heap, program, w + Q, q, from + line, queries, d + deep, depth);
                    bs[deep * PITCH + line] = element(heap, program, w + K, k, j + line, keys, d + deep, depth);
                }
                c.localBarrier();
                for (int deep = 0; deep < DEPTH; deep++) {
                    for (int i = 0; i < 16; i++) {
                        s[i] += as[deep * PITCH + y + i / 4 * 16] * bs[deep * PITCH + x + (i - i / 4 * 4) * 16];
                    }
                }
                c.localBarrier();
            }
            for (int i = 0; i < 16; i++) {
                p[(y + i / 4 * 16) * WIDE + x + (i - i / 4 * 4) * 16] = s[i] * scale;
            }
            c.localBarrier();
            float before = max[row];
            float most = before;
            int seen = 0;
            for (int i = 0; i < SIDE / SHARE; i++) {
                if (sees(heap, program, w, mask, from + row, j + i * SHARE + lane)) {
                    seen = seen | (1 << i);
                    float score = p[row * WIDE + i * SHARE + lane];
                    most = score <= most ? most : score;
                }
            }
            part[t] = most;
            c.localBarrier();
            for (int i = 0; i < SHARE; i++) {
                float other = part[row * SHARE + i];
                most = other <= most ? most : other;
            }
            float all = 0f;
            for (int i = 0; i < SIDE / SHARE; i++) {
                int column = i * SHARE + lane;
                float e = 0f;
                if ((seen & (1 << i)) != 0) {
                    e = TornadoMath.exp(p[row * WIDE + column] - most);
                    all += e;
                    e = e * kept(ints, program, numbers, node, example, head, from + row, j + column);
                }
                p[row * WIDE + column] = e;
            }
            sums[t] = all;
            c.localBarrier();
            if (lane == 0) {
                float less = TornadoMath.exp(before - most);
                float more = sums[t] + sums[t + 1] + sums[t + 2] + sums[t + 3];
                shrink[row] = less;
                sum[row] = sum[row] * less + more;
                max[row] = most;
            }
            c.localBarrier();
            for (int i = 0; i < 16; i++) {
                o[i] = o[i] * shrink[y + i / 4 * 16];
            }
            for (int n = 0; n < SIDE; n += DEPTH) {
                for (int i = t; i < SIDE * DEPTH; i += Block.GROUP) {
                    int deep = i / SIDE;
                    int column = i - deep * SIDE;
                    bs[deep * PITCH + column] = element(heap, program, w + V, v, j + n + deep, keys, column, width);
                }
                c.localBarrier();
                for (int deep = 0; deep < DEPTH; deep++) {
                    for (int i = 0; i < 16; i++) {
                        o[i] += p[(y + i / 4 * 16) * WIDE + n + deep] * bs[deep * PITCH + x + (i - i / 4 * 4) * 16];
                    }
                }
                c.localBarrier();
            }
        }
        if (c.groupIdx < program.get(w)) {
            for (int i = 0; i < 16; i++) {
                int m = y + i / 4 * 16;
                int n = x + (i - i / 4 * 4) * 16;
                if (from + m < queries && n < width) {
                    float result = sum[m] == 0 ? 0f : o[i] / sum[m];
                    heap.set(program.get(w + OUT) + (both * queries + from + m) * width + n, result);
                }
            }
            if (t < SIDE && from + t < queries) {
                int place = program.get(w + SAVED) + 2 * (both * queries + from + t);
                heap.set(place, max[t]);
                heap.set(place + 1, sum[t] == 0 ? 0f : 1f / sum[t]);
            }
        }
    }
}
