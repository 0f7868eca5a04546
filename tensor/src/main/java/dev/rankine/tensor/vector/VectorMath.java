package dev.rankine.tensor.vector;

import static dev.rankine.tensor.vector.Lanes.SPECIES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/**
 * Elementary functions of a vector of floats, made of add, multiply, fma, divide and operations on bits only. Each of
 * these rounds the same way in the interpreter and in compiled code, so every function gives the same bits everywhere;
 * the API's own transcendentals do not.
 *
 * <p>The polynomials are minimax fits in the relative error of the function. What remains is the rounding of the last
 * few operations: a relative error of about 1e-7, in the functions' tails as well unless a method says otherwise.
 */
final class VectorMath {
    private static final float LOG2_E = 0x1.715476p0f;
    /** log 2 in two parts: the product of the first with an exponent is exact. */
    private static final float LN2_HIGH = 0x1.62e4p-1f;

    private static final float LN2_LOW = 0x1.7f7d1cp-20f;
    /** 1.5 * 2^23: adding it rounds to an integer, which then stands in the lowest bits. */
    private static final float ROUNDER = 0x1.8p23f;

    private static final int ROUNDER_BITS = Float.floatToRawIntBits(ROUNDER);
    private static final float EXP_OVERFLOW = 89;
    private static final float EXP_UNDERFLOW = -104;

    private static final float SQRT_HALF = 0x1.6a09e6p-1f;
    private static final float SQRT_2_OVER_PI = 0x1.988454p-1f;
    private static final float INVERSE_SQRT_2PI = 0x1.988454p-2f;
    private static final float CUBIC = 0.044715f;

    private VectorMath() {}

    // ---- exponential and logarithm ----

    /** e^x, with gradual underflow to 0 and overflow to infinity. */
    static FloatVector exp(FloatVector x) {
        FloatVector bounded = bound(x, EXP_UNDERFLOW, EXP_OVERFLOW);
        FloatVector n = bounded.fma(constant(LOG2_E), constant(ROUNDER));
        FloatVector r = reduced(bounded, n.sub(ROUNDER));
        FloatVector p = r.mul(r).fma(expTail(r), r).add(1f);
        // 2^n in two factors: one alone overflows at n = 128 and cannot reach the subnormal numbers
        IntVector exponent = n.reinterpretAsInts().sub(ROUNDER_BITS);
        IntVector half = exponent.lanewise(VectorOperators.ASHR, 1);
        return p.mul(powerOfTwo(half)).mul(powerOfTwo(exponent.sub(half)));
    }

    /** e^x - 1 for -87 < x < 87, accurate near 0 too. */
    private static FloatVector expMinusOne(FloatVector x) {
        FloatVector n = x.fma(constant(LOG2_E), constant(ROUNDER));
        FloatVector r = reduced(x, n.sub(ROUNDER));
        FloatVector p = r.mul(r).fma(expTail(r), r);
        FloatVector scale = powerOfTwo(n.reinterpretAsInts().sub(ROUNDER_BITS));
        return p.fma(scale, scale.sub(1f));
    }

    private static FloatVector reduced(FloatVector x, FloatVector n) {
        return n.fma(constant(-LN2_LOW), n.fma(constant(-LN2_HIGH), x));
    }

    /** (e^r - 1 - r) / r^2 for |r| <= log(2) / 2. */
    private static FloatVector expTail(FloatVector r) {
        return constant(0.0013882516f)
                .fma(r, constant(0.008366521f))
                .fma(r, constant(0.0416672f))
                .fma(r, constant(0.16666544f))
                .fma(r, constant(0.49999998f));
    }

    private static FloatVector powerOfTwo(IntVector exponent) {
        return exponent.add(127).lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats();
    }

    /** Natural logarithm; -infinity at 0, NaN below. */
    static FloatVector log(FloatVector x) {
        VectorMask<Float> subnormal = x.lt(Float.MIN_NORMAL);
        FloatVector normal = x.mul(constant(0x1p23f), subnormal);
        // x = 2^e m with m in [sqrt 1/2, sqrt 2)
        IntVector fromRoot = normal.reinterpretAsInts().sub(Float.floatToRawIntBits(SQRT_HALF));
        IntVector e = fromRoot.lanewise(VectorOperators.ASHR, 23);
        FloatVector m = normal.reinterpretAsInts()
                .sub(e.lanewise(VectorOperators.LSHL, 23))
                .reinterpretAsFloats();
        FloatVector exponent = integral(e).sub(constant(23f), subnormal);
        FloatVector f = m.sub(1f);
        FloatVector square = f.mul(f);
        FloatVector tail = constant(-0.0763443f)
                .fma(f, constant(0.1276155f))
                .fma(f, constant(-0.13160195f))
                .fma(f, constant(0.14201762f))
                .fma(f, constant(-0.16623356f))
                .fma(f, constant(0.20001227f))
                .fma(f, constant(-0.25000821f))
                .fma(f, constant(0.33333332f));
        FloatVector small = exponent.fma(constant(LN2_LOW), square.mul(f).mul(tail));
        FloatVector result = exponent.fma(
                constant(LN2_HIGH), square.fma(constant(-0.5f), small).add(f));
        FloatVector special = x.blend(Float.NEGATIVE_INFINITY, x.eq(0f)).blend(Float.NaN, x.lt(0f));
        // +infinity and NaN are their own logarithms
        return special.blend(result, x.lt(Float.POSITIVE_INFINITY).and(x.compare(VectorOperators.GT, 0f)));
    }

    /** Small integers as floats, without a conversion that depends on the instruction set. */
    private static FloatVector integral(IntVector e) {
        return e.add(ROUNDER_BITS).reinterpretAsFloats().sub(ROUNDER);
    }

    // ---- sigmoid and tanh ----

    /** 1 / (1 + e^-x). */
    static FloatVector sigmoid(FloatVector x) {
        return constant(1f).div(exp(x.neg()).add(1f));
    }

    /** (e^2|x| - 1) / (e^2|x| + 1) with the sign of x: nothing cancels near 0. */
    static FloatVector tanh(FloatVector x) {
        FloatVector t = expMinusOne(bound(x.abs(), 0, 20).mul(2f));
        return copySign(t.div(t.add(2f)), x);
    }

    // ---- error function and GELU ----

    /** 2 / sqrt(pi) times the integral of e^(-t^2) from 0 to x. */
    static FloatVector erf(FloatVector x) {
        FloatVector z = bound(x.abs(), 0, ERF_BOUND);
        return copySign(expMinusOne(logErfc(z)).abs(), x);
    }

    private static final float ERF_BOUND = 6.5f;

    /** log(1 - erf z) for 0 <= z <= 6.5: a polynomial without constant term, so that erf keeps its accuracy near 0. */
    private static FloatVector logErfc(FloatVector z) {
        return constant(-4.4356107e-10f)
                .fma(z, constant(2.0216002e-8f))
                .fma(z, constant(-4.1396662e-7f))
                .fma(z, constant(5.0301725e-6f))
                .fma(z, constant(-4.0273506e-5f))
                .fma(z, constant(2.217537e-4f))
                .fma(z, constant(-8.3446698e-4f))
                .fma(z, constant(1.8963461e-3f))
                .fma(z, constant(-3.1022731e-4f))
                .fma(z, constant(-0.019100629f))
                .fma(z, constant(0.10276941f))
                .fma(z, constant(0.6366198f))
                .fma(z, constant(1.1283792f))
                .mul(z.neg());
    }

    /**
     * The normal distribution function Phi(x) = (1 + erf(x / sqrt 2)) / 2. Below 0 it comes from 1 - erf itself: the
     * relative error grows to 5e-6 at x = -9, and from there on it is 0.
     */
    static FloatVector normal(FloatVector x) {
        FloatVector z = x.abs().mul(SQRT_HALF);
        FloatVector tail = exp(logErfc(bound(z, 0, ERF_BOUND))).mul(0.5f);
        tail = tail.blend(0f, z.compare(VectorOperators.GT, ERF_BOUND));
        return tail.blend(constant(1f).sub(tail), x.compare(VectorOperators.GT, 0f));
    }

    /** x Phi(x). */
    static FloatVector gelu(FloatVector x) {
        return x.mul(normal(x));
    }

    /** Phi(x) + x phi(x) with the normal density phi. */
    static FloatVector geluDerivative(FloatVector x) {
        FloatVector density = exp(x.mul(x).mul(-0.5f)).mul(INVERSE_SQRT_2PI);
        // far out x may be infinite where the density is 0
        FloatVector near = bound(x, -30, 30);
        return near.fma(density, normal(x));
    }

    /** x/2 (1 + tanh u) = x sigmoid(2u) with u = sqrt(2/pi) (x + 0.044715 x^3). */
    static FloatVector geluTanh(FloatVector x) {
        return x.mul(sigmoid(geluTanhInner(bound(x, -30, 30))));
    }

    /** s + x s (1 - s) 2u' with s = sigmoid(2u) and u' = sqrt(2/pi) (1 + 0.134145 x^2). */
    static FloatVector geluTanhDerivative(FloatVector x) {
        FloatVector near = bound(x, -30, 30);
        FloatVector v = geluTanhInner(near);
        // s and 1 - s both from e^-|v|, so that neither comes from a difference
        FloatVector e = exp(v.abs().neg());
        FloatVector larger = constant(1f).div(e.add(1f));
        FloatVector smaller = e.mul(larger);
        FloatVector s = smaller.blend(larger, v.compare(VectorOperators.GT, 0f));
        FloatVector slope =
                near.mul(near).fma(constant(3 * CUBIC), constant(1f)).mul(2 * SQRT_2_OVER_PI);
        return near.mul(slope).fma(larger.mul(smaller), s);
    }

    private static FloatVector geluTanhInner(FloatVector x) {
        FloatVector cubic = x.mul(x).fma(constant(CUBIC), constant(1f));
        return x.mul(cubic).mul(2 * SQRT_2_OVER_PI);
    }

    // ---- jumps ----

    /** -1, 0 or 1; NaN stays NaN. */
    static FloatVector sign(FloatVector x) {
        return x.blend(1f, x.compare(VectorOperators.GT, 0f)).blend(-1f, x.lt(0f));
    }

    /** 1 for x >= 0, else 0. */
    static FloatVector step(FloatVector x) {
        return constant(0f).blend(1f, x.compare(VectorOperators.GE, 0f));
    }

    // ---- helpers ----

    static FloatVector constant(float value) {
        return FloatVector.broadcast(SPECIES, value);
    }

    /** x within bounds; NaN stays NaN. */
    private static FloatVector bound(FloatVector x, float low, float high) {
        return x.blend(low, x.lt(low)).blend(high, x.compare(VectorOperators.GT, high));
    }

    private static FloatVector copySign(FloatVector magnitude, FloatVector sign) {
        IntVector bit = sign.reinterpretAsInts().and(Integer.MIN_VALUE);
        return magnitude.reinterpretAsInts().or(bit).reinterpretAsFloats();
    }
}
