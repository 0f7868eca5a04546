package dev.rankine.tensor.vector;

import static dev.rankine.tensor.vector.Lanes.ALL;
import static dev.rankine.tensor.vector.Lanes.BYTES;
import static dev.rankine.tensor.vector.Lanes.ORDER;
import static dev.rankine.tensor.vector.Lanes.SPECIES;

import dev.rankine.tensor.Unary;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * y = f(x) over whole vectors. Each function has a loop of its own, since a loop that is told its function
 * is compiled for all of them at once.
 *
 * <p>Written by {@code KernelGenerator}; change that, not this.
 */
final class MapKernels {
    private MapKernels() {}

    /** {@code vectors} vectors from address x to y, which may be the same. */
    static void run(Unary function, long x, long y, int vectors) {
        switch (function) {
            case NEGATE -> negate(x, y, vectors);
            case ABSOLUTE -> absolute(x, y, vectors);
            case SIGN -> sign(x, y, vectors);
            case STEP -> step(x, y, vectors);
            case SQUARE -> square(x, y, vectors);
            case SQUARE_ROOT -> squareRoot(x, y, vectors);
            case RECIPROCAL -> reciprocal(x, y, vectors);
            case EXP -> exp(x, y, vectors);
            case LOG -> log(x, y, vectors);
            case TANH -> tanh(x, y, vectors);
            case SIGMOID -> sigmoid(x, y, vectors);
            case RELU -> relu(x, y, vectors);
            case GELU -> gelu(x, y, vectors);
            case GELU_TANH -> geluTanh(x, y, vectors);
        }
    }

    private static void negate(long from, long to, int vectors) {
        for (int i = 0; i < vectors; i++) {
            FloatVector x = FloatVector.fromMemorySegment(SPECIES, ALL, from, ORDER);
            var y = x.neg();
            y.intoMemorySegment(ALL, to, ORDER);
            from += BYTES;
            to += BYTES;
        }
    }

    private static void absolute(long from, long to, int vectors) {
        for (int i = 0; i < vectors; i++) {
            FloatVector x = FloatVector.fromMemorySegment(SPECIES, ALL, from, ORDER);
            var y = x.abs();
            y.intoMemorySegment(ALL, to, ORDER);
            from += BYTES;
            to += BYTES;
        }
    }

    private static void sign(long from, long to, int vectors) {
        for (int i = 0; i < vectors; i++) {
            FloatVector x = FloatVector.fromMemorySegment(SPECIES, ALL, from, ORDER);
            var t = x.compare(VectorOperators.GT, VectorMath.ZERO);
            var t2 = x.blend(VectorMath.ONE, t);
            var t3 = x.compare(VectorOperators.LT, VectorMath.ZERO);
            var y = t2.blend(VectorMath.MINUS_ONE, t3);
            y.intoMemorySegment(ALL, to, ORDER);
            from += BYTES;
            to += BYTES;
        }
    }

    private static void step(long from, long to, int vectors) {
        for (int i = 0; i < vectors; i++) {
            FloatVector x = FloatVector.fromMemorySegment(SPECIES, ALL, from, ORDER);
            var t = x.compare(VectorOperators.GE, VectorMath.ZERO);
            var y = VectorMath.ZERO.blend(VectorMath.ONE, t);
            y.intoMemorySegment(ALL, to, ORDER);
            from += BYTES;
            to += BYTES;
        }
    }

    private static void square(long from, long to, int vectors) {
        for (int i = 0; i < vectors; i++) {
            FloatVector x = FloatVector.fromMemorySegment(SPECIES, ALL, from, ORDER);
            var y = x.mul(x);
            y.intoMemorySegment(ALL, to, ORDER);
            from += BYTES;
            to += BYTES;
        }
    }

    private static void squareRoot(long from, long to, int vectors) {
        for (int i = 0; i < vectors; i++) {
            FloatVector x = FloatVector.fromMemorySegment(SPECIES, ALL, from, ORDER);
            var y = x.sqrt();
            y.intoMemorySegment(ALL, to, ORDER);
            from += BYTES;
            to += BYTES;
        }
    }

    private static void reciprocal(long from, long to, int vectors) {
        for (int i = 0; i < vectors; i++) {
            FloatVector x = FloatVector.fromMemorySegment(SPECIES, ALL, from, ORDER);
            var y = VectorMath.ONE.div(x);
            y.intoMemorySegment(ALL, to, ORDER);
            from += BYTES;
            to += BYTES;
        }
    }

    private static void exp(long from, long to, int vectors) {
        for (int i = 0; i < vectors; i++) {
            FloatVector x = FloatVector.fromMemorySegment(SPECIES, ALL, from, ORDER);
            var t = x.compare(VectorOperators.LT, VectorMath.EXP_UNDERFLOW);
            var t2 = x.blend(VectorMath.EXP_UNDERFLOW, t);
            var t3 = x.compare(VectorOperators.GT, VectorMath.EXP_OVERFLOW);
            var bounded = t2.blend(VectorMath.EXP_OVERFLOW, t3);
            var n = bounded.fma(VectorMath.LOG2_E, VectorMath.ROUNDER);
            var n2 = n.sub(VectorMath.ROUNDER);
            var t4 = n2.fma(VectorMath.MINUS_LN2_HIGH, bounded);
            var t5 = n2.fma(VectorMath.MINUS_LN2_LOW, t4);
            var t6 = Polynomials.EXP_6.fma(t5, Polynomials.EXP_5);
            var t7 = t6.fma(t5, Polynomials.EXP_4);
            var t8 = t7.fma(t5, Polynomials.EXP_3);
            var tail = t8.fma(t5, Polynomials.EXP_2);
            var t9 = t5.mul(t5);
            var t10 = t9.fma(tail, t5);
            var p = t10.add(VectorMath.ONE);
            var t11 = n.reinterpretAsInts();
            var exponent = t11.sub(VectorMath.ROUNDER_BITS);
            var half = exponent.lanewise(VectorOperators.ASHR, 1);
            var t12 = half.add(VectorMath.BIAS);
            var t13 = t12.lanewise(VectorOperators.LSHL, 23);
            var t14 = t13.reinterpretAsFloats();
            var t15 = p.mul(t14);
            var t16 = exponent.sub(half);
            var t17 = t16.add(VectorMath.BIAS);
            var t18 = t17.lanewise(VectorOperators.LSHL, 23);
            var t19 = t18.reinterpretAsFloats();
            var y = t15.mul(t19);
            y.intoMemorySegment(ALL, to, ORDER);
            from += BYTES;
            to += BYTES;
        }
    }

    private static void log(long from, long to, int vectors) {
        for (int i = 0; i < vectors; i++) {
            FloatVector x = FloatVector.fromMemorySegment(SPECIES, ALL, from, ORDER);
            var subnormal = x.compare(VectorOperators.LT, VectorMath.SMALLEST_NORMAL);
            var t = x.mul(VectorMath.TWO_TO_23, subnormal);
            var bits = t.reinterpretAsInts();
            var t2 = bits.sub(VectorMath.SQRT_HALF_BITS);
            var e = t2.lanewise(VectorOperators.ASHR, 23);
            var t3 = e.lanewise(VectorOperators.LSHL, 23);
            var t4 = bits.sub(t3);
            var m = t4.reinterpretAsFloats();
            var t5 = e.add(VectorMath.ROUNDER_BITS);
            var t6 = t5.reinterpretAsFloats();
            var t7 = t6.sub(VectorMath.ROUNDER);
            var exponent = t7.sub(VectorMath.TWENTY_THREE, subnormal);
            var f = m.sub(VectorMath.ONE);
            var square = f.mul(f);
            var t8 = square.mul(f);
            var t9 = Polynomials.LOG_10.fma(f, Polynomials.LOG_9);
            var t10 = t9.fma(f, Polynomials.LOG_8);
            var t11 = t10.fma(f, Polynomials.LOG_7);
            var t12 = t11.fma(f, Polynomials.LOG_6);
            var t13 = t12.fma(f, Polynomials.LOG_5);
            var t14 = t13.fma(f, Polynomials.LOG_4);
            var t15 = t14.fma(f, Polynomials.LOG_3);
            var t16 = t8.mul(t15);
            var small = exponent.fma(VectorMath.LN2_LOW, t16);
            var t17 = square.fma(VectorMath.MINUS_HALF, small);
            var t18 = t17.add(f);
            var result = exponent.fma(VectorMath.LN2_HIGH, t18);
            var t19 = x.compare(VectorOperators.LT, VectorMath.ZERO);
            var t20 = x.blend(VectorMath.NAN, t19);
            var t21 = x.eq(VectorMath.ZERO);
            var special = t20.blend(VectorMath.MINUS_INFINITY, t21);
            var t22 = x.compare(VectorOperators.GT, VectorMath.ZERO);
            var t23 = x.compare(VectorOperators.LT, VectorMath.INFINITY);
            var t24 = t22.and(t23);
            var y = special.blend(result, t24);
            y.intoMemorySegment(ALL, to, ORDER);
            from += BYTES;
            to += BYTES;
        }
    }

    private static void tanh(long from, long to, int vectors) {
        for (int i = 0; i < vectors; i++) {
            FloatVector x = FloatVector.fromMemorySegment(SPECIES, ALL, from, ORDER);
            var t = x.abs();
            var t2 = t.compare(VectorOperators.GT, VectorMath.TANH_BOUND);
            var t3 = t.blend(VectorMath.TANH_BOUND, t2);
            var t4 = t3.mul(VectorMath.TWO);
            var n = t4.fma(VectorMath.LOG2_E, VectorMath.ROUNDER);
            var n2 = n.sub(VectorMath.ROUNDER);
            var t5 = n2.fma(VectorMath.MINUS_LN2_HIGH, t4);
            var t6 = n2.fma(VectorMath.MINUS_LN2_LOW, t5);
            var t7 = Polynomials.EXP_6.fma(t6, Polynomials.EXP_5);
            var t8 = t7.fma(t6, Polynomials.EXP_4);
            var t9 = t8.fma(t6, Polynomials.EXP_3);
            var tail = t9.fma(t6, Polynomials.EXP_2);
            var t10 = t6.mul(t6);
            var p = t10.fma(tail, t6);
            var t11 = n.reinterpretAsInts();
            var t12 = t11.sub(VectorMath.ROUNDER_BITS);
            var t13 = t12.add(VectorMath.BIAS);
            var t14 = t13.lanewise(VectorOperators.LSHL, 23);
            var scale = t14.reinterpretAsFloats();
            var t15 = scale.sub(VectorMath.ONE);
            var t16 = p.fma(scale, t15);
            var t17 = t16.add(VectorMath.TWO);
            var t18 = t16.div(t17);
            var t19 = x.reinterpretAsInts();
            var bit = t19.and(VectorMath.SIGN_BIT);
            var t20 = t18.reinterpretAsInts();
            var t21 = t20.or(bit);
            var y = t21.reinterpretAsFloats();
            y.intoMemorySegment(ALL, to, ORDER);
            from += BYTES;
            to += BYTES;
        }
    }

    private static void sigmoid(long from, long to, int vectors) {
        for (int i = 0; i < vectors; i++) {
            FloatVector x = FloatVector.fromMemorySegment(SPECIES, ALL, from, ORDER);
            var t = x.neg();
            var t2 = t.compare(VectorOperators.LT, VectorMath.EXP_UNDERFLOW);
            var t3 = t.blend(VectorMath.EXP_UNDERFLOW, t2);
            var t4 = t.compare(VectorOperators.GT, VectorMath.EXP_OVERFLOW);
            var bounded = t3.blend(VectorMath.EXP_OVERFLOW, t4);
            var n = bounded.fma(VectorMath.LOG2_E, VectorMath.ROUNDER);
            var n2 = n.sub(VectorMath.ROUNDER);
            var t5 = n2.fma(VectorMath.MINUS_LN2_HIGH, bounded);
            var t6 = n2.fma(VectorMath.MINUS_LN2_LOW, t5);
            var t7 = Polynomials.EXP_6.fma(t6, Polynomials.EXP_5);
            var t8 = t7.fma(t6, Polynomials.EXP_4);
            var t9 = t8.fma(t6, Polynomials.EXP_3);
            var tail = t9.fma(t6, Polynomials.EXP_2);
            var t10 = t6.mul(t6);
            var t11 = t10.fma(tail, t6);
            var p = t11.add(VectorMath.ONE);
            var t12 = n.reinterpretAsInts();
            var exponent = t12.sub(VectorMath.ROUNDER_BITS);
            var half = exponent.lanewise(VectorOperators.ASHR, 1);
            var t13 = half.add(VectorMath.BIAS);
            var t14 = t13.lanewise(VectorOperators.LSHL, 23);
            var t15 = t14.reinterpretAsFloats();
            var t16 = p.mul(t15);
            var t17 = exponent.sub(half);
            var t18 = t17.add(VectorMath.BIAS);
            var t19 = t18.lanewise(VectorOperators.LSHL, 23);
            var t20 = t19.reinterpretAsFloats();
            var t21 = t16.mul(t20);
            var t22 = t21.add(VectorMath.ONE);
            var y = VectorMath.ONE.div(t22);
            y.intoMemorySegment(ALL, to, ORDER);
            from += BYTES;
            to += BYTES;
        }
    }

    private static void relu(long from, long to, int vectors) {
        for (int i = 0; i < vectors; i++) {
            FloatVector x = FloatVector.fromMemorySegment(SPECIES, ALL, from, ORDER);
            var y = x.max(VectorMath.ZERO);
            y.intoMemorySegment(ALL, to, ORDER);
            from += BYTES;
            to += BYTES;
        }
    }

    private static void gelu(long from, long to, int vectors) {
        for (int i = 0; i < vectors; i++) {
            FloatVector x = FloatVector.fromMemorySegment(SPECIES, ALL, from, ORDER);
            var t = x.mul(x);
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
            var t13 = t11.blend(VectorMath.ZERO, t12);
            var t14 = x.abs();
            var t15 = t14.fma(VectorMath.TAIL_SCALE, VectorMath.ONE);
            var t16 = VectorMath.ONE.div(t15);
            var t17 = Polynomials.TAIL_8.fma(t16, Polynomials.TAIL_7);
            var t18 = t17.fma(t16, Polynomials.TAIL_6);
            var t19 = t18.fma(t16, Polynomials.TAIL_5);
            var t20 = t19.fma(t16, Polynomials.TAIL_4);
            var t21 = t20.fma(t16, Polynomials.TAIL_3);
            var t22 = t21.fma(t16, Polynomials.TAIL_2);
            var t23 = t22.fma(t16, Polynomials.TAIL_1);
            var t24 = t23.mul(t16);
            var tail2 = t24.mul(t13);
            var t25 = VectorMath.ONE.sub(tail2);
            var t26 = x.compare(VectorOperators.GT, VectorMath.ZERO);
            var t27 = tail2.blend(t25, t26);
            var y = x.mul(t27);
            y.intoMemorySegment(ALL, to, ORDER);
            from += BYTES;
            to += BYTES;
        }
    }

    private static void geluTanh(long from, long to, int vectors) {
        for (int i = 0; i < vectors; i++) {
            FloatVector x = FloatVector.fromMemorySegment(SPECIES, ALL, from, ORDER);
            var t = x.compare(VectorOperators.LT, VectorMath.MINUS_GELU_BOUND);
            var t2 = x.blend(VectorMath.MINUS_GELU_BOUND, t);
            var t3 = x.compare(VectorOperators.GT, VectorMath.GELU_BOUND);
            var t4 = t2.blend(VectorMath.GELU_BOUND, t3);
            var t5 = t4.mul(t4);
            var t6 = t5.fma(VectorMath.TANH_CUBIC, VectorMath.TANH_SLOPE);
            var t7 = t6.mul(t4);
            var t8 = t7.neg();
            var t9 = t8.compare(VectorOperators.LT, VectorMath.EXP_UNDERFLOW);
            var t10 = t8.blend(VectorMath.EXP_UNDERFLOW, t9);
            var t11 = t8.compare(VectorOperators.GT, VectorMath.EXP_OVERFLOW);
            var bounded = t10.blend(VectorMath.EXP_OVERFLOW, t11);
            var n = bounded.fma(VectorMath.LOG2_E, VectorMath.ROUNDER);
            var n2 = n.sub(VectorMath.ROUNDER);
            var t12 = n2.fma(VectorMath.MINUS_LN2_HIGH, bounded);
            var t13 = n2.fma(VectorMath.MINUS_LN2_LOW, t12);
            var t14 = Polynomials.EXP_6.fma(t13, Polynomials.EXP_5);
            var t15 = t14.fma(t13, Polynomials.EXP_4);
            var t16 = t15.fma(t13, Polynomials.EXP_3);
            var tail = t16.fma(t13, Polynomials.EXP_2);
            var t17 = t13.mul(t13);
            var t18 = t17.fma(tail, t13);
            var p = t18.add(VectorMath.ONE);
            var t19 = n.reinterpretAsInts();
            var exponent = t19.sub(VectorMath.ROUNDER_BITS);
            var half = exponent.lanewise(VectorOperators.ASHR, 1);
            var t20 = half.add(VectorMath.BIAS);
            var t21 = t20.lanewise(VectorOperators.LSHL, 23);
            var t22 = t21.reinterpretAsFloats();
            var t23 = p.mul(t22);
            var t24 = exponent.sub(half);
            var t25 = t24.add(VectorMath.BIAS);
            var t26 = t25.lanewise(VectorOperators.LSHL, 23);
            var t27 = t26.reinterpretAsFloats();
            var t28 = t23.mul(t27);
            var t29 = t28.add(VectorMath.ONE);
            var t30 = VectorMath.ONE.div(t29);
            var y = x.mul(t30);
            y.intoMemorySegment(ALL, to, ORDER);
            from += BYTES;
            to += BYTES;
        }
    }
}
