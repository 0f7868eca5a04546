package dev.rankine.tornado;

import dev.rankine.tensor.random.Philox;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * {@link Philox} on the device. Shifts keep their sign there, so what comes from above is masked away after each. A draw
 * takes {@value #DRAW} words, from a place on that differs: the stream; where the clock begins among the ints and its stride; where
 * the examples begin and theirs.
 */
final class RandomKernels {
    /** Words of a draw. */
    static final int DRAW = 5;
    /** Where the words of a draw begin for the kernels of this class. */
    static final int DRAWN = 4;

    private static final long LOW = 0xFFFF_FFFFL;
    private static final long MULTIPLIER_0 = Philox.MULTIPLIER_0 & LOW;
    private static final long MULTIPLIER_1 = Philox.MULTIPLIER_1 & LOW;
    private static final long WEYL_0 = Philox.WEYL_0 & LOW;
    private static final long WEYL_1 = Philox.WEYL_1 & LOW;

    private RandomKernels() {}

    /**
     * In a kernel: the uniform number at a place of an example.
     *
     * @param d where the words of the draw begin
     * @param example its place in the batch
     */
    static float uniform(IntArray ints, IntArray program, int d, int example, int position) {
        int clock = program.get(d + 1);
        long key0 = ints.get(clock) & LOW;
        long key1 = ints.get(clock + 1) & LOW;
        long c0 = position / 4;
        long c1 = ints.get(program.get(d + 3) + example * program.get(d + 4)) & LOW;
        long c2 = ints.get(clock + program.get(d + 2)) & LOW;
        long c3 = program.get(d) & LOW;
        for (int round = 0; round < Philox.ROUNDS; round++) {
            long product0 = MULTIPLIER_0 * c0;
            long product1 = MULTIPLIER_1 * c2;
            c0 = ((product1 >> 32) & LOW) ^ c1 ^ key0;
            c2 = ((product0 >> 32) & LOW) ^ c3 ^ key1;
            c1 = product1 & LOW;
            c3 = product0 & LOW;
            key0 = (key0 + WEYL_0) & LOW;
            key1 = (key1 + WEYL_1) & LOW;
        }
        int which = position - position / 4 * 4;
        long word = which == 0 ? c0 : which == 1 ? c1 : which == 2 ? c2 : c3;
        // the top 23 bits as the middle of one of 2^23 equal parts of (0, 1)
        int top = (int) ((word >> 9) & 0x7FFFFFL);
        return (top + 0.5f) * 1.1920928955078125e-7f;
    }

    /** out = uniform numbers in (0, 1). Words: 0 the number of elements, 1 out, 3 the elements of an example, 4 the draw. */
    static void draw(
            KernelContext c, FloatArray heap, IntArray ints, IntArray program, FloatArray numbers, IntArray slots) {
        int b = Block.open(c, program, slots) * Block.WORDS;
        int n = program.get(b);
        int size = program.get(b + 3);
        for (int i = c.globalIdx; i < n; i += c.globalGroupSizeX) {
            int example = i / size;
            heap.set(program.get(b + 1) + i, uniform(ints, program, b + DRAWN, example, i - example * size));
        }
    }

    /** y = x factor where the uniform number is at least the threshold, else 0. Words: as before, 2 x. Numbers: both. */
    static void drop(
            KernelContext c, FloatArray heap, IntArray ints, IntArray program, FloatArray numbers, IntArray slots) {
        int node = Block.open(c, program, slots);
        int b = node * Block.WORDS;
        int n = program.get(b);
        int size = program.get(b + 3);
        float threshold = numbers.get(node * Block.NUMBERS);
        float factor = numbers.get(node * Block.NUMBERS + 1);
        for (int i = c.globalIdx; i < n; i += c.globalGroupSizeX) {
            int example = i / size;
            float y = 0f;
            if (uniform(ints, program, b + DRAWN, example, i - example * size) >= threshold) {
                y = heap.get(program.get(b + 2) + i) * factor;
            }
            heap.set(program.get(b + 1) + i, y);
        }
    }
}
