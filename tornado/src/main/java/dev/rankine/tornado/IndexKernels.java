package dev.rankine.tornado;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Rows chosen by ids. An I64 lies in the array of ints as two, the low half first; ids fit into that. Words: 0 the number of
 * elements, 1 the width of a row; 2, 3, 4 where the result, the table and the ids begin; 5 and 6 the table's strides, 7
 * the rank of the ids, then their lengths and strides, eight of each.
 */
final class IndexKernels {
    static final int AXES = 8;
    static final int STRIDES = 16;

    private IndexKernels() {}

    private static int id(IntArray ints, IntArray program, int b, int n) {
        return ints.get(Block.place(program, n, program.get(b + 7), b + AXES, b + STRIDES, b + 4));
    }

    /** out[n, D] = table[ids[n], D]. */
    static void gather(
            KernelContext c, FloatArray heap, IntArray ints, IntArray program, FloatArray numbers, IntArray slots) {
        int b = Block.open(c, program, slots) * Block.WORDS;
        int n = program.get(b);
        int width = program.get(b + 1);
        for (int i = c.globalIdx; i < n; i += c.globalGroupSizeX) {
            int row = i / width;
            int id = id(ints, program, b, row);
            int from = program.get(b + 3) + id * program.get(b + 5) + (i - row * width) * program.get(b + 6);
            heap.set(program.get(b + 2) + i, heap.get(from));
        }
    }

    /** out[n, V] = 1 where v = ids[n], else 0. */
    static void oneHot(
            KernelContext c, FloatArray heap, IntArray ints, IntArray program, FloatArray numbers, IntArray slots) {
        int b = Block.open(c, program, slots) * Block.WORDS;
        int n = program.get(b);
        int width = program.get(b + 1);
        for (int i = c.globalIdx; i < n; i += c.globalGroupSizeX) {
            int row = i / width;
            float y = 0f;
            if (id(ints, program, b, row) == i - row * width) {
                y = 1f;
            }
            heap.set(program.get(b + 2) + i, y);
        }
    }

    /**
     * table[id, D] += the rows of that id, in their order, a thread for each id and column. Words: 0 the number of elements,
     * 1 the width, 2 and 3 where table and rows begin, 4 where the plan begins among the ints; 5 and 6 the strides of the table,
     * 7 and 8 of the rows, 9 the number of different ids. The plan: the different ids, where each one's rows begin in the
     * list and one place more, and the list of row numbers.
     */
    static void scatterAdd(
            KernelContext c, FloatArray heap, IntArray ints, IntArray program, FloatArray numbers, IntArray slots) {
        int b = Block.open(c, program, slots) * Block.WORDS;
        int n = program.get(b);
        int width = program.get(b + 1);
        int plan = program.get(b + 4);
        int different = program.get(b + 9);
        for (int i = c.globalIdx; i < n; i += c.globalGroupSizeX) {
            int which = i / width;
            int column = i - which * width;
            int place =
                    program.get(b + 2) + ints.get(plan + 2 * which) * program.get(b + 5) + column * program.get(b + 6);
            int to = ints.get(plan + 2 * (different + which + 1));
            float sum = heap.get(place);
            for (int k = ints.get(plan + 2 * (different + which)); k < to; k++) {
                int row = ints.get(plan + 2 * (2 * different + 1 + k));
                sum += heap.get(program.get(b + 3) + row * program.get(b + 7) + column * program.get(b + 8));
            }
            heap.set(place, sum);
        }
    }
}
