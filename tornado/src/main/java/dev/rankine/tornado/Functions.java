package dev.rankine.tornado;

import uk.ac.manchester.tornado.api.math.TornadoMath;

/**
 * The functions of one and of two numbers in F32, for kernels; a function is its place in {@code Unary} or {@code
 * Binary}.
 */
final class Functions {
    private static final float SQRT_HALF = 0.70710678118654752f;
    private static final float ONE_OVER_SQRT_2_PI = 0.39894228040143268f;
    private static final float SQRT_2_OVER_PI = 0.79788456080286536f;
    private static final float CUBIC = 0.044715f;

    private Functions() {}

    static float unary(int function, float x) {
        float y = x;
        if (function == 0) { // NEGATE
            y = -x;
        } else if (function == 1) { // ABSOLUTE
            y = x < 0 ? -x : x;
        } else if (function == 2) { // SIGN
            y = x > 0 ? 1f : x < 0 ? -1f : x;
        } else if (function == 3) { // STEP
            y = isNaN(x) ? 0f : x < 0 ? 0f : 1f;
        } else if (function == 4) { // SQUARE
            y = x * x;
        } else if (function == 5) { // SQUARE_ROOT
            y = TornadoMath.sqrt(x);
        } else if (function == 6) { // RECIPROCAL
            y = 1f / x;
        } else if (function == 7) { // EXP
            y = TornadoMath.exp(x);
        } else if (function == 8) { // LOG
            y = TornadoMath.log(x);
        } else if (function == 9) { // TANH
            y = TornadoMath.tanh(x);
        } else if (function == 10) { // SIGMOID
            y = 1f / (1f + TornadoMath.exp(-x));
        } else if (function == 11) { // RELU
            y = x < 0 ? 0f : x;
        } else if (function == 12) { // GELU
            y = x * normalDistribution(x);
        } else if (function == 13) { // GELU_TANH
            y = x / (1f + TornadoMath.exp(-2f * geluTanhArgument(x)));
        }
        return y;
    }

    static float binary(int function, float a, float b) {
        float y = a;
        if (function == 0) { // ADD
            y = a + b;
        } else if (function == 1) { // SUBTRACT
            y = a - b;
        } else if (function == 2) { // MULTIPLY
            y = a * b;
        } else if (function == 3) { // DIVIDE
            y = a / b;
        } else if (function == 4) { // MINIMUM
            y = isNaN(a) ? a : isNaN(b) ? b : a < b ? a : b;
        } else if (function == 5) { // MAXIMUM
            y = isNaN(a) ? a : isNaN(b) ? b : a > b ? a : b;
        } else if (function == 6) { // TANH_BACKWARD
            y = b * (1f - a * a);
        } else if (function == 7) { // SIGMOID_BACKWARD
            y = b * a * (1f - a);
        } else if (function == 8) { // RELU_BACKWARD
            y = a > 0 ? b : 0f;
        } else if (function == 9) { // GELU_BACKWARD
            y = b * (normalDistribution(a) + a * ONE_OVER_SQRT_2_PI * TornadoMath.exp(-0.5f * a * a));
        } else if (function == 10) { // GELU_TANH_BACKWARD
            y = b * geluTanhDerivative(a);
        }
        return y;
    }

    /**
     * Whether x is no number. Where NaN matters this is asked first: TornadoVM turns {@code x >= 0} into {@code !(x < 0)}, which holds
     * for NaN.
     */
    @SuppressWarnings("IdentityBinaryExpression") // kernels have no Float.isNaN
    static boolean isNaN(float x) {
        return x != x;
    }

    /**
     * Phi(x) to about 1e-7, with Abramowitz and Stegun, Handbook of Mathematical Functions (1964), 7.1.26: 1 - erf(z) = e^(-z^2) (a1 t +
     * ... + a5 t^5) with t = 1 / (1 + p z).
     */
    static float normalDistribution(float x) {
        float z = (x < 0 ? -x : x) * SQRT_HALF;
        float t = 1f / (1f + 0.3275911f * z);
        float polynomial =
                t * (0.254829592f + t * (-0.284496736f + t * (1.421413741f + t * (-1.453152027f + t * 1.061405429f))));
        float tail = 0.5f * polynomial * TornadoMath.exp(-z * z);
        return x < 0 ? tail : 1f - tail;
    }

    private static float geluTanhArgument(float x) {
        return SQRT_2_OVER_PI * (x + CUBIC * x * x * x);
    }

    /** s + x s (1 - s) 2u' with s = sigmoid(2u); where s is 0 or 1 its slope is 0, however large u' is. */
    private static float geluTanhDerivative(float x) {
        float u = geluTanhArgument(x);
        float e = TornadoMath.exp(u < 0 ? 2f * u : -2f * u);
        float larger = 1f / (1f + e);
        float slope = larger * e * larger;
        float y = u < 0 ? e * larger : larger;
        if (slope > 0) {
            y += x * slope * 2f * SQRT_2_OVER_PI * (1f + 3f * CUBIC * x * x);
        }
        return y;
    }
}
