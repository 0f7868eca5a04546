package dev.rankine.tensor.vector;

/** The error function in F64, by series and continued fraction, for comparison. */
final class ExactMath {
    private ExactMath() {}

    static double erf(double x) {
        if (Math.abs(x) > 2.5) {
            return Math.signum(x) * (1 - erfc(Math.abs(x)));
        }
        // 2/sqrt(pi) e^(-x^2) sum_n 2^n x^(2n+1) / (1 3 5 ... (2n+1)): no sign changes, nothing cancels
        double term = x;
        double sum = x;
        for (int n = 1; n < 100; n++) {
            term *= 2 * x * x / (2 * n + 1);
            sum += term;
        }
        return 2 / Math.sqrt(Math.PI) * Math.exp(-x * x) * sum;
    }

    private static double erfc(double x) {
        double fraction = x;
        for (int n = 200; n > 0; n--) {
            fraction = x + n / 2.0 / fraction;
        }
        return Math.exp(-x * x) / Math.sqrt(Math.PI) / fraction;
    }

    /** The normal distribution function. */
    static double normal(double x) {
        double z = x / Math.sqrt(2);
        return z < -2.5 ? erfc(-z) / 2 : (1 + erf(z)) / 2;
    }
}
