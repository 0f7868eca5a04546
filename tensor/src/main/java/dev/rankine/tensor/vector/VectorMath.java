package dev.rankine.tensor.vector;

import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.GE;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LT;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;

/**
 * Elementary functions of a vector of floats, made of add, multiply, fma, divide and operations on bits only. Each of
 * these rounds the same way in the interpreter and in compiled code, so every function gives the same bits everywhere;
 * the API's own transcendentals do not.
 *
 * <p>What error there is comes from the rounding of the last few operations: about 1e-7 of the value, in the functions'
 * tails as well unless a method says otherwise.
 */
final class VectorMath {
    static final FloatVector ZERO = constant(0);
    static final FloatVector ONE = constant(1);
    static final FloatVector MINUS_ONE = constant(-1);
    static final FloatVector TWO = constant(2);
    static final FloatVector MINUS_HALF = constant(-0.5f);
    static final FloatVector INFINITY = constant(Float.POSITIVE_INFINITY);
    static final FloatVector MINUS_INFINITY = constant(Float.NEGATIVE_INFINITY);
    static final FloatVector NAN = constant(Float.NaN);

    static final FloatVector LOG2_E = constant(0x1.715476p0f);
    /** log 2 in two parts: the product of the first with an exponent is exact. */
    static final FloatVector LN2_HIGH = constant(0x1.62e4p-1f);

    static final FloatVector LN2_LOW = constant(0x1.7f7d1cp-20f);
    static final FloatVector MINUS_LN2_HIGH = LN2_HIGH.neg();
    static final FloatVector MINUS_LN2_LOW = LN2_LOW.neg();
    /** 1.5 * 2^23: adding it rounds to an integer, which then stands in the lowest bits. */
    static final FloatVector ROUNDER = constant(0x1.8p23f);

    /** The same with the bias of an exponent: what stands in the lowest bits becomes a power of two by a shift. */
    static final FloatVector BIASED_ROUNDER = constant(0x1.8p23f + 127);

    static final IntVector ROUNDER_BITS = ROUNDER.reinterpretAsInts();
    static final IntVector BIAS = IntVector.broadcast(Lanes.INTS, 127);
    static final IntVector SIGN_BIT = IntVector.broadcast(Lanes.INTS, Integer.MIN_VALUE);
    static final FloatVector EXP_OVERFLOW = constant(89);
    static final FloatVector EXP_UNDERFLOW = constant(-104);
    static final FloatVector EXP_SMALLEST = constant(-87);
    static final FloatVector TANH_BOUND = constant(20);

    static final FloatVector SMALLEST_NORMAL = constant(Float.MIN_NORMAL);
    static final FloatVector TWO_TO_23 = constant(0x1p23f);
    static final FloatVector TWENTY_THREE = constant(23);
    static final FloatVector SQRT_HALF = constant(0x1.6a09e6p-1f);
    static final IntVector SQRT_HALF_BITS = SQRT_HALF.reinterpretAsInts();

    static final FloatVector ERF_BOUND = constant(6.5f);
    static final FloatVector GELU_BOUND = constant(30);
    static final FloatVector MINUS_GELU_BOUND = constant(-30);
    /** The p of {@link #normal}. */
    static final FloatVector TAIL_SCALE = constant(0.231641889f);

    static final FloatVector INVERSE_SQRT_2PI = constant(0x1.988454p-2f);
    /** 2 sqrt(2/pi), with 0.044715 and 3 * 0.044715 times it. */
    static final FloatVector TANH_SLOPE = constant(0x1.988454p0f);

    static final FloatVector TANH_CUBIC = constant(0x1.988454p0f * 0.044715f);
    static final FloatVector TANH_SQUARE = constant(3 * 0x1.988454p0f * 0.044715f);

    private VectorMath() {}

    // ---- exponential and logarithm ----

    /** e^x, with gradual underflow to 0 and overflow to infinity. */
    static FloatVector exp(FloatVector x) {
        FloatVector bounded = bound(x, EXP_UNDERFLOW, EXP_OVERFLOW);
        FloatVector n = bounded.fma(LOG2_E, ROUNDER);
        FloatVector p = Polynomials.expMinusOne(reduced(bounded, n)).add(ONE);
        // 2^n in two factors: one alone overflows at n = 128 and cannot reach the subnormal numbers
        IntVector exponent = n.reinterpretAsInts().sub(ROUNDER_BITS);
        IntVector half = exponent.lanewise(ASHR, 1);
        return p.mul(powerOfTwo(half)).mul(powerOfTwo(exponent.sub(half)));
    }

    /** e^x for x <= 0, at half the cost: 0 below -87, where it comes near the subnormal numbers. */
    static FloatVector expOfNegative(FloatVector x) {
        FloatVector n = x.fma(LOG2_E, BIASED_ROUNDER);
        FloatVector whole = n.sub(BIASED_ROUNDER);
        FloatVector r = whole.fma(MINUS_LN2_LOW, whole.fma(MINUS_LN2_HIGH, x));
        FloatVector p = Polynomials.expMinusOne(r).add(ONE);
        FloatVector scale = n.reinterpretAsInts().lanewise(LSHL, 23).reinterpretAsFloats();
        return p.mul(scale).blend(ZERO, x.compare(LT, EXP_SMALLEST));
    }

    /** e^x - 1 for -87 < x < 87, accurate near 0 too. */
    private static FloatVector expMinusOne(FloatVector x) {
        FloatVector n = x.fma(LOG2_E, ROUNDER);
        FloatVector p = Polynomials.expMinusOne(reduced(x, n));
        FloatVector scale = powerOfTwo(n.reinterpretAsInts().sub(ROUNDER_BITS));
        return p.fma(scale, scale.sub(ONE));
    }

    /** x - n log 2, where {@code rounded} is the integer n plus {@link #ROUNDER}. */
    private static FloatVector reduced(FloatVector x, FloatVector rounded) {
        FloatVector n = rounded.sub(ROUNDER);
        return n.fma(MINUS_LN2_LOW, n.fma(MINUS_LN2_HIGH, x));
    }

    private static FloatVector powerOfTwo(IntVector exponent) {
        return exponent.add(BIAS).lanewise(LSHL, 23).reinterpretAsFloats();
    }

    /** Natural logarithm; -infinity at 0, NaN below. */
    static FloatVector log(FloatVector x) {
        VectorMask<Float> subnormal = x.compare(LT, SMALLEST_NORMAL);
        IntVector bits = x.mul(TWO_TO_23, subnormal).reinterpretAsInts();
        // x = 2^e m with m in [sqrt 1/2, sqrt 2)
        IntVector e = bits.sub(SQRT_HALF_BITS).lanewise(ASHR, 23);
        FloatVector m = bits.sub(e.lanewise(LSHL, 23)).reinterpretAsFloats();
        FloatVector exponent =
                e.add(ROUNDER_BITS).reinterpretAsFloats().sub(ROUNDER).sub(TWENTY_THREE, subnormal);
        FloatVector f = m.sub(ONE);
        FloatVector square = f.mul(f);
        FloatVector small = exponent.fma(LN2_LOW, square.mul(f).mul(Polynomials.logTail(f)));
        FloatVector result =
                exponent.fma(LN2_HIGH, square.fma(MINUS_HALF, small).add(f));
        // +infinity and NaN are their own logarithms
        FloatVector special = x.blend(NAN, x.compare(LT, ZERO)).blend(MINUS_INFINITY, x.eq(ZERO));
        return special.blend(result, x.compare(GT, ZERO).and(x.compare(LT, INFINITY)));
    }

    // ---- sigmoid and tanh ----

    /** 1 / (1 + e^-x). */
    static FloatVector sigmoid(FloatVector x) {
        return ONE.div(exp(x.neg()).add(ONE));
    }

    /** (e^2|x| - 1) / (e^2|x| + 1) with the sign of x: nothing cancels near 0. */
    static FloatVector tanh(FloatVector x) {
        FloatVector t = expMinusOne(below(x.abs(), TANH_BOUND).mul(TWO));
        return copySign(t.div(t.add(TWO)), x);
    }

    // ---- error function and GELU ----

    /** 2 / sqrt(pi) times the integral of e^(-t^2) from 0 to x. */
    static FloatVector erf(FloatVector x) {
        FloatVector z = below(x.abs(), ERF_BOUND);
        return copySign(expMinusOne(Polynomials.logErfc(z)).abs(), x);
    }

    /** e^(-x^2 / 2), sqrt(2 pi) times the normal density. */
    private static FloatVector bell(FloatVector x) {
        return expOfNegative(x.mul(x).mul(MINUS_HALF));
    }

    /**
     * The normal distribution function Phi(x) from {@link #bell}. The tail beyond |x| is the bell times a polynomial in
     * 1 / (1 + p |x|), as in Abramowitz and Stegun 7.1.26, so that below 0 nothing cancels: the relative error is 5e-7
     * near 0 and 3e-6 at x = -9.
     */
    private static FloatVector normal(FloatVector x, FloatVector bell) {
        FloatVector t = ONE.div(x.abs().fma(TAIL_SCALE, ONE));
        FloatVector tail = Polynomials.normalTail(t).mul(bell);
        return tail.blend(ONE.sub(tail), x.compare(GT, ZERO));
    }

    /** x Phi(x). */
    static FloatVector gelu(FloatVector x) {
        return x.mul(normal(x, bell(x)));
    }

    /** Phi(x) + x phi(x). */
    static FloatVector geluDerivative(FloatVector x) {
        FloatVector bell = bell(x);
        // far out x may be infinite where the density is 0
        FloatVector near = bound(x, MINUS_GELU_BOUND, GELU_BOUND);
        return near.mul(INVERSE_SQRT_2PI).fma(bell, normal(x, bell));
    }

    /** 2u for the argument u = sqrt(2/pi) (x + 0.044715 x^3) of the tanh form. */
    private static FloatVector geluTanhInner(FloatVector near) {
        return near.mul(near).fma(TANH_CUBIC, TANH_SLOPE).mul(near);
    }

    /** x/2 (1 + tanh u) = x sigmoid(2u). */
    static FloatVector geluTanh(FloatVector x) {
        return x.mul(sigmoid(geluTanhInner(bound(x, MINUS_GELU_BOUND, GELU_BOUND))));
    }

    /** s + x s (1 - s) 2u' with s = sigmoid(2u). Both s and 1 - s come from e^-|2u|, neither from a difference. */
    static FloatVector geluTanhDerivative(FloatVector x) {
        FloatVector near = bound(x, MINUS_GELU_BOUND, GELU_BOUND);
        FloatVector e = expOfNegative(geluTanhInner(near).abs().neg());
        FloatVector larger = ONE.div(e.add(ONE));
        FloatVector smaller = e.mul(larger);
        FloatVector s = smaller.blend(larger, x.compare(GT, ZERO));
        FloatVector slope = near.mul(near).fma(TANH_SQUARE, TANH_SLOPE).mul(near);
        return larger.mul(smaller).fma(slope, s);
    }

    // ---- jumps ----

    /** -1, 0 or 1; NaN stays NaN. */
    static FloatVector sign(FloatVector x) {
        return x.blend(ONE, x.compare(GT, ZERO)).blend(MINUS_ONE, x.compare(LT, ZERO));
    }

    /** 1 for x >= 0, else 0. */
    static FloatVector step(FloatVector x) {
        return ZERO.blend(ONE, x.compare(GE, ZERO));
    }

    /** dY where x > 0, else 0. */
    static FloatVector whereAbove0(FloatVector x, FloatVector dY) {
        return ZERO.blend(dY, x.compare(GT, ZERO));
    }

    // ---- helpers ----

    private static FloatVector constant(float value) {
        return FloatVector.broadcast(Lanes.SPECIES, value);
    }

    /** x within bounds; NaN stays NaN. */
    private static FloatVector bound(FloatVector x, FloatVector low, FloatVector high) {
        return x.blend(low, x.compare(LT, low)).blend(high, x.compare(GT, high));
    }

    private static FloatVector below(FloatVector x, FloatVector high) {
        return x.blend(high, x.compare(GT, high));
    }

    private static FloatVector copySign(FloatVector magnitude, FloatVector sign) {
        IntVector bit = sign.reinterpretAsInts().and(SIGN_BIT);
        return magnitude.reinterpretAsInts().or(bit).reinterpretAsFloats();
    }
}
