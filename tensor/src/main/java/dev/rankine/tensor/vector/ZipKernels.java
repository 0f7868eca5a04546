package dev.rankine.tensor.vector;

import static dev.rankine.tensor.vector.Lanes.ALL;
import static dev.rankine.tensor.vector.Lanes.BYTES;
import static dev.rankine.tensor.vector.Lanes.ORDER;
import static dev.rankine.tensor.vector.Lanes.SPECIES;

import dev.rankine.tensor.Binary;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * y = f(a, b) over whole vectors, a loop for each function. A step of 0 bytes reads the same vector again,
 * for an operand that is one repeated number.
 *
 * <p>Written by {@code KernelGenerator}; change that, not this.
 */
final class ZipKernels {
    private ZipKernels() {}

    /** {@code vectors} vectors from addresses a and b to y, which may be one of them. */
    static void run(Binary function, long a, long aStep, long b, long bStep, long y, int vectors) {
        switch (function) {
            case ADD -> add(a, aStep, b, bStep, y, vectors);
            case SUBTRACT -> subtract(a, aStep, b, bStep, y, vectors);
            case MULTIPLY -> multiply(a, aStep, b, bStep, y, vectors);
            case DIVIDE -> divide(a, aStep, b, bStep, y, vectors);
            case MINIMUM -> minimum(a, aStep, b, bStep, y, vectors);
            case MAXIMUM -> maximum(a, aStep, b, bStep, y, vectors);
            case TANH_BACKWARD -> tanhBackward(a, aStep, b, bStep, y, vectors);
            case SIGMOID_BACKWARD -> sigmoidBackward(a, aStep, b, bStep, y, vectors);
            case RELU_BACKWARD -> reluBackward(a, aStep, b, bStep, y, vectors);
            case GELU_BACKWARD -> geluBackward(a, aStep, b, bStep, y, vectors);
            case GELU_TANH_BACKWARD -> geluTanhBackward(a, aStep, b, bStep, y, vectors);
        }
    }

    private static void add(long left, long aStep, long right, long bStep, long to, int vectors) {
        for (int i = 0; i < vectors; i++) {
            FloatVector a = FloatVector.fromMemorySegment(SPECIES, ALL, left, ORDER);
            FloatVector b = FloatVector.fromMemorySegment(SPECIES, ALL, right, ORDER);
            var y = a.add(b);
            y.intoMemorySegment(ALL, to, ORDER);
            left += aStep;
            right += bStep;
            to += BYTES;
        }
    }

    private static void subtract(long left, long aStep, long right, long bStep, long to, int vectors) {
        for (int i = 0; i < vectors; i++) {
            FloatVector a = FloatVector.fromMemorySegment(SPECIES, ALL, left, ORDER);
            FloatVector b = FloatVector.fromMemorySegment(SPECIES, ALL, right, ORDER);
            var y = a.sub(b);
            y.intoMemorySegment(ALL, to, ORDER);
            left += aStep;
            right += bStep;
            to += BYTES;
        }
    }

    private static void multiply(long left, long aStep, long right, long bStep, long to, int vectors) {
        for (int i = 0; i < vectors; i++) {
            FloatVector a = FloatVector.fromMemorySegment(SPECIES, ALL, left, ORDER);
            FloatVector b = FloatVector.fromMemorySegment(SPECIES, ALL, right, ORDER);
            var y = a.mul(b);
            y.intoMemorySegment(ALL, to, ORDER);
            left += aStep;
            right += bStep;
            to += BYTES;
        }
    }

    private static void divide(long left, long aStep, long right, long bStep, long to, int vectors) {
        for (int i = 0; i < vectors; i++) {
            FloatVector a = FloatVector.fromMemorySegment(SPECIES, ALL, left, ORDER);
            FloatVector b = FloatVector.fromMemorySegment(SPECIES, ALL, right, ORDER);
            var y = a.div(b);
            y.intoMemorySegment(ALL, to, ORDER);
            left += aStep;
            right += bStep;
            to += BYTES;
        }
    }

    private static void minimum(long left, long aStep, long right, long bStep, long to, int vectors) {
        for (int i = 0; i < vectors; i++) {
            FloatVector a = FloatVector.fromMemorySegment(SPECIES, ALL, left, ORDER);
            FloatVector b = FloatVector.fromMemorySegment(SPECIES, ALL, right, ORDER);
            var y = a.min(b);
            y.intoMemorySegment(ALL, to, ORDER);
            left += aStep;
            right += bStep;
            to += BYTES;
        }
    }

    private static void maximum(long left, long aStep, long right, long bStep, long to, int vectors) {
        for (int i = 0; i < vectors; i++) {
            FloatVector a = FloatVector.fromMemorySegment(SPECIES, ALL, left, ORDER);
            FloatVector b = FloatVector.fromMemorySegment(SPECIES, ALL, right, ORDER);
            var y = a.max(b);
            y.intoMemorySegment(ALL, to, ORDER);
            left += aStep;
            right += bStep;
            to += BYTES;
        }
    }

    private static void tanhBackward(long left, long aStep, long right, long bStep, long to, int vectors) {
        for (int i = 0; i < vectors; i++) {
            FloatVector a = FloatVector.fromMemorySegment(SPECIES, ALL, left, ORDER);
            FloatVector b = FloatVector.fromMemorySegment(SPECIES, ALL, right, ORDER);
            var t = a.neg();
            var t2 = t.fma(a, VectorMath.ONE);
            var y = t2.mul(b);
            y.intoMemorySegment(ALL, to, ORDER);
            left += aStep;
            right += bStep;
            to += BYTES;
        }
    }

    private static void sigmoidBackward(long left, long aStep, long right, long bStep, long to, int vectors) {
        for (int i = 0; i < vectors; i++) {
            FloatVector a = FloatVector.fromMemorySegment(SPECIES, ALL, left, ORDER);
            FloatVector b = FloatVector.fromMemorySegment(SPECIES, ALL, right, ORDER);
            var t = VectorMath.ONE.sub(a);
            var t2 = t.mul(a);
            var y = t2.mul(b);
            y.intoMemorySegment(ALL, to, ORDER);
            left += aStep;
            right += bStep;
            to += BYTES;
        }
    }

    private static void reluBackward(long left, long aStep, long right, long bStep, long to, int vectors) {
        for (int i = 0; i < vectors; i++) {
            FloatVector a = FloatVector.fromMemorySegment(SPECIES, ALL, left, ORDER);
            FloatVector b = FloatVector.fromMemorySegment(SPECIES, ALL, right, ORDER);
            var t = a.compare(VectorOperators.GT, VectorMath.ZERO);
            var y = VectorMath.ZERO.blend(b, t);
            y.intoMemorySegment(ALL, to, ORDER);
            left += aStep;
            right += bStep;
            to += BYTES;
        }
    }

    private static void geluBackward(long left, long aStep, long right, long bStep, long to, int vectors) {
        for (int i = 0; i < vectors; i++) {
            FloatVector a = FloatVector.fromMemorySegment(SPECIES, ALL, left, ORDER);
            FloatVector b = FloatVector.fromMemorySegment(SPECIES, ALL, right, ORDER);
            var t = a.mul(a);
            var t2 = t.mul(VectorMath.MINUS_HALF);
            var n = t2.fma(VectorMath.LOG2_E, VectorMath.BIASED_ROUNDER);
            var whole = n.sub(VectorMath.BIASED_ROUNDER);
            var t3 = whole.fma(VectorMath.MINUS_LN2_HIGH, t2);
            var r = whole.fma(VectorMath.MINUS_LN2_LOW, t3);
            var t4 = Polynomials.EXP_6.fma(r, Polynomials.EXP_5);
            var t5 = t4.fma(r, Polynomials.EXP_4);
            var t6 = t5.fma(r, Polynomials.EXP_3);
            var tail = t6.fma(r, Polynomials.EXP_2);
            var t7 = r.mul(r);
            var t8 = t7.fma(tail, r);
            var p = t8.add(VectorMath.ONE);
            var t9 = n.reinterpretAsInts();
            var t10 = t9.lanewise(VectorOperators.LSHL, 23);
            var scale = t10.reinterpretAsFloats();
            var t11 = p.mul(scale);
            var t12 = t2.compare(VectorOperators.LT, VectorMath.EXP_SMALLEST);
            var bell = t11.blend(VectorMath.ZERO, t12);
            var t13 = a.compare(VectorOperators.LT, VectorMath.MINUS_GELU_BOUND);
            var t14 = a.blend(VectorMath.MINUS_GELU_BOUND, t13);
            var t15 = a.compare(VectorOperators.GT, VectorMath.GELU_BOUND);
            var near = t14.blend(VectorMath.GELU_BOUND, t15);
            var t16 = near.mul(VectorMath.INVERSE_SQRT_2PI);
            var t17 = a.abs();
            var t18 = t17.fma(VectorMath.TAIL_SCALE, VectorMath.ONE);
            var t19 = VectorMath.ONE.div(t18);
            var t20 = Polynomials.TAIL_8.fma(t19, Polynomials.TAIL_7);
            var t21 = t20.fma(t19, Polynomials.TAIL_6);
            var t22 = t21.fma(t19, Polynomials.TAIL_5);
            var t23 = t22.fma(t19, Polynomials.TAIL_4);
            var t24 = t23.fma(t19, Polynomials.TAIL_3);
            var t25 = t24.fma(t19, Polynomials.TAIL_2);
            var t26 = t25.fma(t19, Polynomials.TAIL_1);
            var t27 = t26.mul(t19);
            var tail2 = t27.mul(bell);
            var t28 = VectorMath.ONE.sub(tail2);
            var t29 = a.compare(VectorOperators.GT, VectorMath.ZERO);
            var t30 = tail2.blend(t28, t29);
            var t31 = t16.fma(bell, t30);
            var y = t31.mul(b);
            y.intoMemorySegment(ALL, to, ORDER);
            left += aStep;
            right += bStep;
            to += BYTES;
        }
    }

    private static void geluTanhBackward(long left, long aStep, long right, long bStep, long to, int vectors) {
        for (int i = 0; i < vectors; i++) {
            FloatVector a = FloatVector.fromMemorySegment(SPECIES, ALL, left, ORDER);
            FloatVector b = FloatVector.fromMemorySegment(SPECIES, ALL, right, ORDER);
            var t = a.compare(VectorOperators.LT, VectorMath.MINUS_GELU_BOUND);
            var t2 = a.blend(VectorMath.MINUS_GELU_BOUND, t);
            var t3 = a.compare(VectorOperators.GT, VectorMath.GELU_BOUND);
            var near = t2.blend(VectorMath.GELU_BOUND, t3);
            var t4 = near.mul(near);
            var t5 = t4.fma(VectorMath.TANH_CUBIC, VectorMath.TANH_SLOPE);
            var t6 = t5.mul(near);
            var t7 = t6.abs();
            var t8 = t7.neg();
            var n = t8.fma(VectorMath.LOG2_E, VectorMath.BIASED_ROUNDER);
            var whole = n.sub(VectorMath.BIASED_ROUNDER);
            var t9 = whole.fma(VectorMath.MINUS_LN2_HIGH, t8);
            var r = whole.fma(VectorMath.MINUS_LN2_LOW, t9);
            var t10 = Polynomials.EXP_6.fma(r, Polynomials.EXP_5);
            var t11 = t10.fma(r, Polynomials.EXP_4);
            var t12 = t11.fma(r, Polynomials.EXP_3);
            var tail = t12.fma(r, Polynomials.EXP_2);
            var t13 = r.mul(r);
            var t14 = t13.fma(tail, r);
            var p = t14.add(VectorMath.ONE);
            var t15 = n.reinterpretAsInts();
            var t16 = t15.lanewise(VectorOperators.LSHL, 23);
            var scale = t16.reinterpretAsFloats();
            var t17 = p.mul(scale);
            var t18 = t8.compare(VectorOperators.LT, VectorMath.EXP_SMALLEST);
            var e = t17.blend(VectorMath.ZERO, t18);
            var t19 = e.add(VectorMath.ONE);
            var larger = VectorMath.ONE.div(t19);
            var smaller = e.mul(larger);
            var t20 = a.compare(VectorOperators.GT, VectorMath.ZERO);
            var s = smaller.blend(larger, t20);
            var t21 = near.mul(near);
            var t22 = t21.fma(VectorMath.TANH_SQUARE, VectorMath.TANH_SLOPE);
            var slope = t22.mul(near);
            var t23 = larger.mul(smaller);
            var t24 = t23.fma(slope, s);
            var y = t24.mul(b);
            y.intoMemorySegment(ALL, to, ORDER);
            left += aStep;
            right += bStep;
            to += BYTES;
        }
    }
}
