package dev.rankine.tensor;

/** Functions of one number, for {@link Backend#map}. */
public enum Unary {
    /** -x */
    NEGATE,
    /** |x| */
    ABSOLUTE,
    /** -1, 0 or 1; NaN stays NaN. */
    SIGN,
    /** 1 for x >= 0, else 0. */
    STEP,
    /** x^2 */
    SQUARE,
    /** x^(1/2) */
    SQUARE_ROOT,
    /** 1/x */
    RECIPROCAL,
    /** e^x */
    EXP,
    /** Natural logarithm. */
    LOG,
    TANH,
    /** 1 / (1 + e^-x) */
    SIGMOID,
    /** max(x, 0) */
    RELU,
    /** x Phi(x) = x/2 (1 + erf(x / sqrt 2)), the exact form (Hendrycks and Gimpel 2016). */
    GELU,
    /** x/2 (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))), the form that GPT-2 was trained with. */
    GELU_TANH
}
