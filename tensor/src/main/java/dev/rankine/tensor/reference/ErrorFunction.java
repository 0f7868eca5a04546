package dev.rankine.tensor.reference;

/**
 * The error function to full double precision, by the rational Chebyshev approximations of W. J. Cody, "Rational
 * Chebyshev approximations for the error function", Mathematics of Computation 23 (1969), 631-637, with the coefficients
 * of his routine CALERF (1990).
 */
final class ErrorFunction {
    /** erf(x) = x R(x^2) for |x| up to here. */
    private static final double SMALL = 0.46875;
    /** erfc(x) = e^(-x^2) R(x) for x up to here, e^(-x^2) / x (1 / sqrt pi + R(1 / x^2) / x^2) above. */
    private static final double MIDDLE = 4;

    private static final double ONE_OVER_SQRT_PI = 0.56418958354775628695;

    private static final double[] SMALL_ABOVE = {
        1.85777706184603153e-1,
        3.16112374387056560e00,
        1.13864154151050156e02,
        3.77485237685302021e02,
        3.20937758913846947e03
    };
    private static final double[] SMALL_BELOW = {
        1, 2.36012909523441209e01, 2.44024637934444173e02, 1.28261652607737228e03, 2.84423683343917062e03
    };
    private static final double[] MIDDLE_ABOVE = {
        2.15311535474403846e-8,
        5.64188496988670089e-1,
        8.88314979438837594e00,
        6.61191906371416295e01,
        2.98635138197400131e02,
        8.81952221241769090e02,
        1.71204761263407058e03,
        2.05107837782607147e03,
        1.23033935479799725e03
    };
    private static final double[] MIDDLE_BELOW = {
        1,
        1.57449261107098347e01,
        1.17693950891312499e02,
        5.37181101862009858e02,
        1.62138957456669019e03,
        3.29079923573345963e03,
        4.36261909014324716e03,
        3.43936767414372164e03,
        1.23033935480374942e03
    };
    private static final double[] LARGE_ABOVE = {
        1.63153871373020978e-2,
        3.05326634961232344e-1,
        3.60344899949804439e-1,
        1.25781726111229246e-1,
        1.60837851487422766e-2,
        6.58749161529837803e-4
    };
    private static final double[] LARGE_BELOW = {
        1,
        2.56852019228982242e00,
        1.87295284992346725e00,
        5.27905102951428412e-1,
        6.05183413124413191e-2,
        2.33520497626869185e-3
    };

    private ErrorFunction() {}

    /** 2 / sqrt(pi) times the integral of e^(-t^2) from 0 to x. */
    static double erf(double x) {
        double size = Math.abs(x);
        return size <= SMALL ? nearZero(x) : Math.copySign(1 - tail(size), x);
    }

    /** 1 - erf(x) without cancellation for large x. */
    static double erfc(double x) {
        double size = Math.abs(x);
        if (size <= SMALL) {
            return 1 - nearZero(x);
        }
        return x > 0 ? tail(size) : 2 - tail(size);
    }

    private static double nearZero(double x) {
        double square = x * x;
        return x * polynomial(SMALL_ABOVE, square) / polynomial(SMALL_BELOW, square);
    }

    /** erfc for x > {@value #SMALL}. */
    private static double tail(double x) {
        if (Double.isInfinite(x)) {
            return 0;
        }
        if (x <= MIDDLE) {
            return negativeSquareExp(x) * polynomial(MIDDLE_ABOVE, x) / polynomial(MIDDLE_BELOW, x);
        }
        double inverse = 1 / (x * x);
        double correction = inverse * polynomial(LARGE_ABOVE, inverse) / polynomial(LARGE_BELOW, inverse);
        return negativeSquareExp(x) * ((ONE_OVER_SQRT_PI - correction) / x);
    }

    /** e^(-x^2), with x split at a sixteenth so that rounding x^2 costs no digits. */
    private static double negativeSquareExp(double x) {
        double coarse = Math.floor(x * 16) / 16;
        double rest = (x - coarse) * (x + coarse);
        return StrictMath.exp(-coarse * coarse) * StrictMath.exp(-rest);
    }

    /** Horner's rule, the highest power first. */
    private static double polynomial(double[] coefficients, double x) {
        double value = 0;
        for (double coefficient : coefficients) {
            value = value * x + coefficient;
        }
        return value;
    }
}
