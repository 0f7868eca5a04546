package dev.rankine.transformer.metric;

/**
 * How often each class was taken for each other.
 *
 * <pre>{@code
 * double f1 = Confusion.of(new int[] {1, 0, 1}, new int[] {1, 1, 1}, 2).f1(1);
 * }</pre>
 */
public final class Confusion {
    private final long[][] counts;
    private final long total;

    private Confusion(long[][] counts, long total) {
        this.counts = counts;
        this.total = total;
    }

    /**
     * @param predicted from 0 on
     * @param actual likewise, as many; at least one
     * @param classes how many there are
     */
    public static Confusion of(int[] predicted, int[] actual, int classes) {
        if (predicted.length != actual.length || predicted.length == 0) {
            throw new IllegalArgumentException("predictions and references must be as many, at least one; got "
                    + predicted.length + " and " + actual.length);
        }
        long[][] counts = new long[classes][classes];
        for (int i = 0; i < predicted.length; i++) {
            counts[actual[i]][predicted[i]]++;
        }
        return new Confusion(counts, predicted.length);
    }

    /** The share of predictions that are right. */
    public double accuracy() {
        return (double) right() / total;
    }

    private long right() {
        long right = 0;
        for (int k = 0; k < counts.length; k++) {
            right += counts[k][k];
        }
        return right;
    }

    private long actual(int k) {
        long sum = 0;
        for (int l = 0; l < counts.length; l++) {
            sum += counts[k][l];
        }
        return sum;
    }

    private long predicted(int k) {
        long sum = 0;
        for (int l = 0; l < counts.length; l++) {
            sum += counts[l][k];
        }
        return sum;
    }

    /** F1 of one class, 2 TP / (2 TP + FP + FN); 0 if the class neither occurs nor is predicted. */
    public double f1(int k) {
        long wrongOrRight = actual(k) + predicted(k);
        return wrongOrRight == 0 ? 0 : 2.0 * counts[k][k] / wrongOrRight;
    }

    /** The mean F1 of all classes. */
    public double macroF1() {
        double sum = 0;
        for (int k = 0; k < counts.length; k++) {
            sum += f1(k);
        }
        return sum / counts.length;
    }

    /**
     * Matthews' correlation, for any number of classes as in Gorodkin 2004: {@code (c s - sum p_k t_k) / sqrt((s^2 - sum
     * p_k^2)(s^2 - sum t_k^2))} with c right of s, p_k predicted and t_k actual members of class k. 0 where all predictions
     * or all references are of one class.
     */
    public double matthews() {
        double products = 0;
        double predictedSquares = 0;
        double actualSquares = 0;
        for (int k = 0; k < counts.length; k++) {
            double p = predicted(k);
            double t = actual(k);
            products += p * t;
            predictedSquares += p * p;
            actualSquares += t * t;
        }
        double square = (double) total * total;
        double spread = (square - predictedSquares) * (square - actualSquares);
        return spread == 0 ? 0 : ((double) right() * total - products) / Math.sqrt(spread);
    }
}
