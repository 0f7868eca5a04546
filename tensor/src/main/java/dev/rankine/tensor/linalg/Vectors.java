package dev.rankine.tensor.linalg;

/** Loops over columns. Sums run in four fixed lanes, so they are fast and give the same bits everywhere. */
final class Vectors {
    private Vectors() {}

    /** sum x_i y_i over i from {@code from} on. */
    static double dot(double[] x, double[] y, int from) {
        double sum0 = 0;
        double sum1 = 0;
        double sum2 = 0;
        double sum3 = 0;
        int i = from;
        for (; i + 3 < x.length; i += 4) {
            sum0 += x[i] * y[i];
            sum1 += x[i + 1] * y[i + 1];
            sum2 += x[i + 2] * y[i + 2];
            sum3 += x[i + 3] * y[i + 3];
        }
        for (; i < x.length; i++) {
            sum0 += x[i] * y[i];
        }
        return (sum0 + sum1) + (sum2 + sum3);
    }

    /** max |x_i| over i from {@code from} on. */
    static double largest(double[] x, int from) {
        double largest = 0;
        for (int i = from; i < x.length; i++) {
            largest = Math.max(largest, Math.abs(x[i]));
        }
        return largest;
    }

    /** y_i += factor x_i over i from {@code from} on. */
    static void add(double factor, double[] x, double[] y, int from) {
        for (int i = from; i < x.length; i++) {
            y[i] += factor * x[i];
        }
    }

    /** x_i = factor x_i. */
    static void scale(double factor, double[] x) {
        for (int i = 0; i < x.length; i++) {
            x[i] *= factor;
        }
    }

    /** (x, y) = (cosine x - sine y, sine x + cosine y). */
    static void rotate(double[] x, double[] y, double cosine, double sine) {
        for (int i = 0; i < x.length; i++) {
            double left = x[i];
            double right = y[i];
            x[i] = cosine * left - sine * right;
            y[i] = sine * left + cosine * right;
        }
    }
}
