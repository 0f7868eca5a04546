package dev.rankine.tornado;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Kernels that make every element by itself. Words: 0 the number of elements, 1 the function, 2 the rank; 3, 4, 5 where
 * the result and the operands begin; from {@value #AXES} the lengths, from {@value #STRIDES} the strides of each, eight
 * apart.
 */
final class ElementKernels {
    static final int AXES = 6;
    static final int STRIDES = 14;
    static final int APART = 8;
    /** The function of {@link #map} that copies. */
    static final int IDENTITY = -1;
    /** Words of a parameter of {@link #adamW}. */
    static final int PARAMETER = 7;
    /** Parameters of one call. */
    static final int MOST_PARAMETERS = (Block.NEXT - 1) / PARAMETER;

    private ElementKernels() {}

    /** out = f(x). */
    static void map(
            KernelContext c, FloatArray heap, IntArray ints, IntArray program, FloatArray numbers, IntArray slots) {
        int b = Block.open(c, program, slots) * Block.WORDS;
        int n = program.get(b);
        int f = program.get(b + 1);
        int rank = program.get(b + 2);
        for (int i = c.globalIdx; i < n; i += c.globalGroupSizeX) {
            float x = heap.get(Block.place(program, i, rank, b + AXES, b + STRIDES + APART, b + 4));
            heap.set(Block.place(program, i, rank, b + AXES, b + STRIDES, b + 3), Functions.unary(f, x));
        }
    }

    /** out = scale x + shift. */
    static void affine(
            KernelContext c, FloatArray heap, IntArray ints, IntArray program, FloatArray numbers, IntArray slots) {
        int node = Block.open(c, program, slots);
        int b = node * Block.WORDS;
        int n = program.get(b);
        int rank = program.get(b + 2);
        float scale = numbers.get(node * Block.NUMBERS);
        float shift = numbers.get(node * Block.NUMBERS + 1);
        for (int i = c.globalIdx; i < n; i += c.globalGroupSizeX) {
            float x = heap.get(Block.place(program, i, rank, b + AXES, b + STRIDES + APART, b + 4));
            heap.set(Block.place(program, i, rank, b + AXES, b + STRIDES, b + 3), scale * x + shift);
        }
    }

    /** out = value. */
    static void fill(
            KernelContext c, FloatArray heap, IntArray ints, IntArray program, FloatArray numbers, IntArray slots) {
        int node = Block.open(c, program, slots);
        int b = node * Block.WORDS;
        int n = program.get(b);
        int rank = program.get(b + 2);
        float value = numbers.get(node * Block.NUMBERS);
        for (int i = c.globalIdx; i < n; i += c.globalGroupSizeX) {
            heap.set(Block.place(program, i, rank, b + AXES, b + STRIDES, b + 3), value);
        }
    }

    /** out = f(a, b). */
    static void zip(
            KernelContext c, FloatArray heap, IntArray ints, IntArray program, FloatArray numbers, IntArray slots) {
        int b = Block.open(c, program, slots) * Block.WORDS;
        int n = program.get(b);
        int f = program.get(b + 1);
        int rank = program.get(b + 2);
        for (int i = c.globalIdx; i < n; i += c.globalGroupSizeX) {
            float left = heap.get(Block.place(program, i, rank, b + AXES, b + STRIDES + APART, b + 4));
            float right = heap.get(Block.place(program, i, rank, b + AXES, b + STRIDES + 2 * APART, b + 5));
            heap.set(Block.place(program, i, rank, b + AXES, b + STRIDES, b + 3), Functions.binary(f, left, right));
        }
    }

    /**
     * AdamW on row-major tensors. Words: 0 the number of parameters; then {@value #PARAMETER} of each: its elements, and where
     * weight, gradient, m, v, rate and corrections begin. Numbers: beta1, 1 - beta1, beta2, 1 - beta2, epsilon, decay.
     */
    static void adamW(
            KernelContext c, FloatArray heap, IntArray ints, IntArray program, FloatArray numbers, IntArray slots) {
        int node = Block.open(c, program, slots);
        int s = node * Block.NUMBERS;
        int count = program.get(node * Block.WORDS);
        for (int parameter = 0; parameter < count; parameter++) {
            int b = node * Block.WORDS + 1 + parameter * PARAMETER;
            int n = program.get(b);
            float rate = heap.get(program.get(b + 5));
            float correction1 = heap.get(program.get(b + 6));
            float correction2 = heap.get(program.get(b + 6) + 1);
            for (int i = c.globalIdx; i < n; i += c.globalGroupSizeX) {
                float w = heap.get(program.get(b + 1) + i);
                float g = heap.get(program.get(b + 2) + i);
                float m = numbers.get(s) * heap.get(program.get(b + 3) + i) + numbers.get(s + 1) * g;
                float v = numbers.get(s + 2) * heap.get(program.get(b + 4) + i) + numbers.get(s + 3) * g * g;
                float divisor = TornadoMath.sqrt(v / correction2) + numbers.get(s + 4);
                float direction = m / correction1 / divisor + numbers.get(s + 5) * w;
                heap.set(program.get(b + 3) + i, m);
                heap.set(program.get(b + 4) + i, v);
                heap.set(program.get(b + 1) + i, w - rate * direction);
            }
        }
    }
}
