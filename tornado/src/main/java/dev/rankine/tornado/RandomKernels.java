package dev.rankine.tornado;

import dev.rankine.tensor.random.Philox;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * {@link Philox} on the device. A thread makes the four numbers of a block. Shifts keep their sign there, so what comes
 * from above is masked away after each. Words: 0 the number of blocks, 1 the elements of an example, 2 the blocks of an
 * example; 3 and 4 where the result and x begin; 5 the stream; 6 where the clock and 7 where the examples begin among the
 * ints, 8 and 9 their strides.
 */
final class RandomKernels {
    private static final long LOW = 0xFFFF_FFFFL;
    private static final long MULTIPLIER_0 = Philox.MULTIPLIER_0 & LOW;
    private static final long MULTIPLIER_1 = Philox.MULTIPLIER_1 & LOW;
    private static final long WEYL_0 = Philox.WEYL_0 & LOW;
    private static final long WEYL_1 = Philox.WEYL_1 & LOW;

    private RandomKernels() {}

    /** out = uniform numbers in (0, 1). */
    static void draw(
            KernelContext c, FloatArray heap, IntArray ints, IntArray program, FloatArray numbers, IntArray slots) {
        int b = Block.open(c, program, slots) * Block.WORDS;
        int n = program.get(b);
        int size = program.get(b + 1);
        int blocks = program.get(b + 2);
        for (int i = c.globalIdx; i < n; i += c.globalGroupSizeX) {
            int example = i / blocks;
            int block = i - example * blocks;
            int place = program.get(b + 3) + example * size + 4 * block;
            long key0 = ints.get(program.get(b + 6)) & LOW;
            long key1 = ints.get(program.get(b + 6) + 1) & LOW;
            long c0 = block;
            long c1 = ints.get(program.get(b + 7) + example * program.get(b + 9)) & LOW;
            long c2 = ints.get(program.get(b + 6) + program.get(b + 8)) & LOW;
            long c3 = program.get(b + 5) & LOW;
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
            heap.set(place, number(c0));
            if (4 * block + 1 < size) {
                heap.set(place + 1, number(c1));
            }
            if (4 * block + 2 < size) {
                heap.set(place + 2, number(c2));
            }
            if (4 * block + 3 < size) {
                heap.set(place + 3, number(c3));
            }
        }
    }

    /** The top 23 bits of a word as the middle of one of 2^23 equal parts of (0, 1). */
    private static float number(long word) {
        int top = (int) ((word >> 9) & 0x7FFFFFL);
        return (top + 0.5f) * 1.1920928955078125e-7f;
    }

    /** y = x factor where u is at least p, else 0; all row-major. Words 0 to 3: the number of elements, y, x, u; numbers: p, factor. */
    static void drop(
            KernelContext c, FloatArray heap, IntArray ints, IntArray program, FloatArray numbers, IntArray slots) {
        int node = Block.open(c, program, slots);
        int b = node * Block.WORDS;
        int n = program.get(b);
        float p = numbers.get(node * Block.NUMBERS);
        float factor = numbers.get(node * Block.NUMBERS + 1);
        for (int i = c.globalIdx; i < n; i += c.globalGroupSizeX) {
            float y = 0f;
            if (heap.get(program.get(b + 3) + i) >= p) {
                y = heap.get(program.get(b + 2) + i) * factor;
            }
            heap.set(program.get(b + 1) + i, y);
        }
    }
}
