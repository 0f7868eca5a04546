package dev.rankine.tensor.vector;

import jdk.incubator.vector.FloatVector;

/**
 * The polynomials of {@link VectorMath}: minimax fits in the relative error of the function that they are part of. The
 * coefficients are vectors already, because the JIT compiler gives up inlining a function that makes many.
 */
final class Polynomials {
    static final FloatVector EXP_2 = constant(0.49999998f);
    static final FloatVector EXP_3 = constant(0.16666544f);
    static final FloatVector EXP_4 = constant(0.0416672f);
    static final FloatVector EXP_5 = constant(0.008366521f);
    static final FloatVector EXP_6 = constant(0.0013882516f);

    static final FloatVector LOG_3 = constant(0.33333332f);
    static final FloatVector LOG_4 = constant(-0.25000821f);
    static final FloatVector LOG_5 = constant(0.20001227f);
    static final FloatVector LOG_6 = constant(-0.16623356f);
    static final FloatVector LOG_7 = constant(0.14201762f);
    static final FloatVector LOG_8 = constant(-0.13160195f);
    static final FloatVector LOG_9 = constant(0.1276155f);
    static final FloatVector LOG_10 = constant(-0.0763443f);

    static final FloatVector ERFC_1 = constant(-1.1283792f);
    static final FloatVector ERFC_2 = constant(-0.6366198f);
    static final FloatVector ERFC_3 = constant(-0.10276941f);
    static final FloatVector ERFC_4 = constant(0.019100629f);
    static final FloatVector ERFC_5 = constant(3.1022731e-4f);
    static final FloatVector ERFC_6 = constant(-1.8963461e-3f);
    static final FloatVector ERFC_7 = constant(8.3446698e-4f);
    static final FloatVector ERFC_8 = constant(-2.217537e-4f);
    static final FloatVector ERFC_9 = constant(4.0273506e-5f);
    static final FloatVector ERFC_10 = constant(-5.0301725e-6f);
    static final FloatVector ERFC_11 = constant(4.1396662e-7f);
    static final FloatVector ERFC_12 = constant(-2.0216002e-8f);
    static final FloatVector ERFC_13 = constant(4.4356107e-10f);

    static final FloatVector TAIL_1 = constant(0.0925290365f);
    static final FloatVector TAIL_2 = constant(0.0903250736f);
    static final FloatVector TAIL_3 = constant(0.103198525f);
    static final FloatVector TAIL_4 = constant(0.0118593942f);
    static final FloatVector TAIL_5 = constant(0.228278776f);
    static final FloatVector TAIL_6 = constant(-0.204797676f);
    static final FloatVector TAIL_7 = constant(0.249437863f);
    static final FloatVector TAIL_8 = constant(-0.0708309375f);

    private Polynomials() {}

    private static FloatVector constant(float value) {
        return FloatVector.broadcast(Lanes.SPECIES, value);
    }

    /** e^r - 1 for |r| <= log(2) / 2. */
    static FloatVector expMinusOne(FloatVector r) {
        FloatVector tail = EXP_6.fma(r, EXP_5).fma(r, EXP_4).fma(r, EXP_3).fma(r, EXP_2);
        return r.mul(r).fma(tail, r);
    }

    /** (log(1 + f) - f + f^2 / 2) / f^3 for 1 + f between the square roots of 1/2 and 2. */
    static FloatVector logTail(FloatVector f) {
        return LOG_10.fma(f, LOG_9)
                .fma(f, LOG_8)
                .fma(f, LOG_7)
                .fma(f, LOG_6)
                .fma(f, LOG_5)
                .fma(f, LOG_4)
                .fma(f, LOG_3);
    }

    /** log(1 - erf z) for 0 <= z <= 6.5, without a constant term: erf keeps its accuracy near 0. */
    static FloatVector logErfc(FloatVector z) {
        return ERFC_13.fma(z, ERFC_12)
                .fma(z, ERFC_11)
                .fma(z, ERFC_10)
                .fma(z, ERFC_9)
                .fma(z, ERFC_8)
                .fma(z, ERFC_7)
                .fma(z, ERFC_6)
                .fma(z, ERFC_5)
                .fma(z, ERFC_4)
                .fma(z, ERFC_3)
                .fma(z, ERFC_2)
                .fma(z, ERFC_1)
                .mul(z);
    }

    /** (1 - Phi(x)) / e^(-x^2 / 2) for t = 1 / (1 + 0.2316 x), 0 <= x <= 13. */
    static FloatVector normalTail(FloatVector t) {
        return TAIL_8.fma(t, TAIL_7)
                .fma(t, TAIL_6)
                .fma(t, TAIL_5)
                .fma(t, TAIL_4)
                .fma(t, TAIL_3)
                .fma(t, TAIL_2)
                .fma(t, TAIL_1)
                .mul(t);
    }
}
