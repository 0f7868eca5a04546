package dev.rankine.tensor.reference;

import dev.rankine.tensor.Binary;
import dev.rankine.tensor.Reduction;
import dev.rankine.tensor.Unary;

/** What the names in {@link Unary}, {@link Binary} and {@link Reduction} mean, in double precision. */
final class Functions {
    private static final double SQRT_2 = Math.sqrt(2);
    private static final double SQRT_2_PI = Math.sqrt(2 * Math.PI);
    private static final double SQRT_2_OVER_PI = Math.sqrt(2 / Math.PI);
    private static final double CUBIC = 0.044715;

    private Functions() {}

    static double apply(Unary function, double x) {
        return switch (function) {
            case NEGATE -> -x;
            case ABSOLUTE -> Math.abs(x);
            case SIGN -> Math.signum(x);
            case STEP -> x >= 0 ? 1 : 0;
            case SQUARE -> x * x;
            case SQUARE_ROOT -> Math.sqrt(x);
            case RECIPROCAL -> 1 / x;
            case EXP -> StrictMath.exp(x);
            case LOG -> StrictMath.log(x);
            case TANH -> StrictMath.tanh(x);
            case SIGMOID -> 1 / (1 + StrictMath.exp(-x));
            case RELU -> Math.max(x, 0);
            case GELU -> x * normalDistribution(x);
            case GELU_TANH -> x / 2 * (1 + StrictMath.tanh(geluTanhArgument(x)));
        };
    }

    static double apply(Binary function, double a, double b) {
        return switch (function) {
            case ADD -> a + b;
            case SUBTRACT -> a - b;
            case MULTIPLY -> a * b;
            case DIVIDE -> a / b;
            case MINIMUM -> Math.min(a, b);
            case MAXIMUM -> Math.max(a, b);
            case TANH_BACKWARD -> b * (1 - a * a);
            case SIGMOID_BACKWARD -> b * a * (1 - a);
            case RELU_BACKWARD -> a > 0 ? b : 0;
            case GELU_BACKWARD -> b * (normalDistribution(a) + a * normalDensity(a));
            case GELU_TANH_BACKWARD -> b * geluTanhDerivative(a);
        };
    }

    static double identity(Reduction reduction) {
        return switch (reduction) {
            case SUM -> 0;
            case MAXIMUM -> Double.NEGATIVE_INFINITY;
        };
    }

    static double fold(Reduction reduction, double folded, double x) {
        return switch (reduction) {
            case SUM -> folded + x;
            case MAXIMUM -> Math.max(folded, x);
        };
    }

    /** Phi(x) = 1/2 erfc(-x / sqrt 2), which keeps its digits where 1 + erf would cancel. */
    private static double normalDistribution(double x) {
        return ErrorFunction.erfc(-x / SQRT_2) / 2;
    }

    /** phi(x) = e^(-x^2 / 2) / sqrt(2 pi) */
    private static double normalDensity(double x) {
        return StrictMath.exp(-x * x / 2) / SQRT_2_PI;
    }

    private static double geluTanhArgument(double x) {
        return SQRT_2_OVER_PI * (x + CUBIC * x * x * x);
    }

    /** With t = tanh(u(x)): (1 + t) / 2 + x/2 (1 - t^2) u'(x). */
    private static double geluTanhDerivative(double x) {
        double t = StrictMath.tanh(geluTanhArgument(x));
        double inner = SQRT_2_OVER_PI * (1 + 3 * CUBIC * x * x);
        return (1 + t) / 2 + x / 2 * (1 - t * t) * inner;
    }
}
