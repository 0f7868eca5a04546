package dev.rankine.transformer.metric;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/** How well one row of numbers follows another: 1 perfectly, 0 not at all, -1 the other way round. */
public final class Correlation {
    private Correlation() {}

    /** Pearson's r; 0 where one of the rows is constant, in which case nothing can follow it. */
    public static double pearson(double[] x, double[] y) {
        requirePairs(x, y);
        double meanX = Arrays.stream(x).sum() / x.length;
        double meanY = Arrays.stream(y).sum() / y.length;
        double together = 0;
        double ofX = 0;
        double ofY = 0;
        for (int i = 0; i < x.length; i++) {
            double dx = x[i] - meanX;
            double dy = y[i] - meanY;
            together += dx * dy;
            ofX += dx * dx;
            ofY += dy * dy;
        }
        double spread = Math.sqrt(ofX) * Math.sqrt(ofY);
        return isConstant(x) || isConstant(y) || spread == 0 ? 0 : Math.clamp(together / spread, -1, 1);
    }

    /** Spearman's rho: Pearson's r of the ranks, where equal numbers share the mean of their ranks. */
    public static double spearman(double[] x, double[] y) {
        requirePairs(x, y);
        return pearson(ranks(x), ranks(y));
    }

    private static boolean isConstant(double[] x) {
        return Arrays.stream(x).allMatch(value -> value == x[0]);
    }

    private static double[] ranks(double[] values) {
        int[] order = IntStream.range(0, values.length)
                .boxed()
                .sorted(Comparator.comparingDouble(i -> values[i]))
                .mapToInt(i -> i)
                .toArray();
        double[] ranks = new double[values.length];
        for (int from = 0; from < order.length; ) {
            int to = from + 1;
            while (to < order.length && values[order[to]] == values[order[from]]) {
                to++;
            }
            for (int i = from; i < to; i++) {
                ranks[order[i]] = (from + 1 + to) / 2.0;
            }
            from = to;
        }
        return ranks;
    }

    private static void requirePairs(double[] x, double[] y) {
        if (x.length != y.length || x.length == 0) {
            throw new IllegalArgumentException(
                    "a correlation is of pairs, at least one; got " + x.length + " and " + y.length + " numbers");
        }
    }
}
