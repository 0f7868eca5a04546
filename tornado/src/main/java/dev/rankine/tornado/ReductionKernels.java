package dev.rankine.tornado;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Folds axes. Words: 0 the number of results, 1 the function (0 sum, 1 maximum), 2 the elements of one result, at least
 * one; 3 where the results begin, 4 where x begins, 5 a zero; 6 and 7 the ranks of the kept and the folded axes; then the kept
 * lengths, the kept strides, the folded lengths and the folded strides, eight of each.
 */
final class ReductionKernels {
    static final int KEPT = 8;
    static final int KEPT_STRIDES = 16;
    static final int FOLDED = 24;
    static final int FOLDED_STRIDES = 32;
    /** Elements that are folded one after the other; what they give is folded apart, which keeps long sums exact. */
    private static final int RUN = 32;

    private ReductionKernels() {}

    private static float fold(int function, float a, float b) {
        float y = a + b;
        if (function == 1) {
            y = Functions.isNaN(a) ? a : Functions.isNaN(b) ? b : a > b ? a : b;
        }
        return y;
    }

    /** A thread for each result: for many results of few elements. */
    static void many(
            KernelContext c, FloatArray heap, IntArray ints, IntArray program, FloatArray numbers, IntArray slots) {
        int b = Block.open(c, program, slots) * Block.WORDS;
        int n = program.get(b);
        int f = program.get(b + 1);
        int count = program.get(b + 2);
        for (int i = c.globalIdx; i < n; i += c.globalGroupSizeX) {
            int start = Block.place(program, i, program.get(b + 6), b + KEPT, b + KEPT_STRIDES, b + 4);
            float all = heap.get(
                    start + Block.place(program, 0, program.get(b + 7), b + FOLDED, b + FOLDED_STRIDES, b + 5));
            float lost = 0f;
            for (int k = 1; k < count; k++) {
                float x = heap.get(
                        start + Block.place(program, k, program.get(b + 7), b + FOLDED, b + FOLDED_STRIDES, b + 5));
                if (f == 0) {
                    // Kahan (1965): what an addition loses goes into the next one
                    float next = x - lost;
                    float sum = all + next;
                    lost = (sum - all) - next;
                    all = sum;
                } else {
                    all = fold(f, all, x);
                }
            }
            heap.set(program.get(b + 3) + i, all);
        }
    }

    /** A work-group for each result, folded in a tree: for few results of many elements. */
    static void few(
            KernelContext c, FloatArray heap, IntArray ints, IntArray program, FloatArray numbers, IntArray slots) {
        float[] part = c.allocateFloatLocalArray(Block.GROUP);
        int b = Block.open(c, program, slots) * Block.WORDS;
        int n = program.get(b);
        int f = program.get(b + 1);
        int count = program.get(b + 2);
        int t = c.localIdx;
        int i = c.groupIdx < n ? c.groupIdx : n - 1;
        int start = Block.place(program, i, program.get(b + 6), b + KEPT, b + KEPT_STRIDES, b + 4);
        float all = 0;
        int from = t;
        int run = 0;
        while (from < count) {
            float some = heap.get(
                    start + Block.place(program, from, program.get(b + 7), b + FOLDED, b + FOLDED_STRIDES, b + 5));
            from += Block.GROUP;
            int taken = 1;
            while (taken < RUN && from < count) {
                float x = heap.get(
                        start + Block.place(program, from, program.get(b + 7), b + FOLDED, b + FOLDED_STRIDES, b + 5));
                some = fold(f, some, x);
                from += Block.GROUP;
                taken++;
            }
            all = run == 0 ? some : fold(f, all, some);
            run++;
        }
        part[t] = all;
        for (int half = Block.GROUP / 2; half > 0; half >>= 1) {
            c.localBarrier();
            if (t < half && t + half < count) {
                part[t] = fold(f, part[t], part[t + half]);
            }
        }
        if (t == 0 && c.groupIdx < n) {
            heap.set(program.get(b + 3) + i, part[0]);
        }
    }
}
