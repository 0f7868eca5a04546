package dev.rankine.lora.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Maps values to a stretch of the picture and knows where the ticks go.
 *
 * @param low value at {@code from}
 * @param high value at {@code to}, above {@code low}
 * @param step from tick to tick; 0 for a logarithmic axis, whose ends and ticks are powers of ten
 */
record Axis(double low, double high, double step, double from, double to) {
    private static final int INTERVALS = 5;

    /** An axis whose ends are round numbers around all values. Without values it goes from 0 to 1. */
    static Axis around(List<Double> values, double from, double to) {
        double low = values.stream().mapToDouble(v -> v).min().orElse(0);
        double high = values.stream().mapToDouble(v -> v).max().orElse(1);
        if (low == high) {
            double room = low == 0 ? 1 : Math.abs(low) / 2;
            low -= low == 0 ? 0 : room;
            high += room;
        }
        double step = roundStep((high - low) / INTERVALS);
        return new Axis(Math.floor(low / step) * step, Math.ceil(high / step) * step, step, from, to);
    }

    /** An axis from 0 to exactly {@code high}, above 0. */
    static Axis upTo(double high, double from, double to) {
        return new Axis(0, high, roundStep(high / INTERVALS), from, to);
    }

    /** An axis that ends at two values exactly, for ticks of one's own. */
    static Axis between(double low, double high, boolean logarithmic, double from, double to) {
        return new Axis(low, high, logarithmic ? 0 : roundStep((high - low) / INTERVALS), from, to);
    }

    /** An axis over whole powers of ten around all values, which are positive. */
    static Axis aroundLogarithms(List<Double> values, double from, double to) {
        double low = values.stream().mapToDouble(v -> v).min().orElse(1);
        double high = values.stream().mapToDouble(v -> v).max().orElse(10);
        double first = Math.floor(Math.log10(low));
        double last = Math.max(first + 1, Math.ceil(Math.log10(high)));
        return new Axis(Math.pow(10, first), Math.pow(10, last), 0, from, to);
    }

    /** 1, 2 or 5 times a power of ten, the first that is at least {@code step}. */
    private static double roundStep(double step) {
        double power = Math.pow(10, Math.floor(Math.log10(step)));
        for (double factor : new double[] {1, 2, 5}) {
            if (factor * power >= step * (1 - 1e-9)) {
                return factor * power;
            }
        }
        return 10 * power;
    }

    private boolean isLogarithmic() {
        return step == 0;
    }

    double place(double value) {
        double share = isLogarithmic() ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low);
        return from + share * (to - from);
    }

    List<Double> ticks() {
        List<Double> ticks = new ArrayList<>();
        if (isLogarithmic()) {
            for (double tick = low; tick <= high * 1.001; tick *= 10) {
                ticks.add(tick);
            }
        } else {
            for (int i = 0; low + i * step <= high + step / 1000; i++) {
                ticks.add(low + i * step);
            }
        }
        return ticks;
    }

    /** A tick's value with as many digits as it takes to tell ticks apart. */
    String label(double tick) {
        if (isLogarithmic()) {
            return shortest(tick, Math.max(0, (int) -Math.floor(Math.log10(tick) + 1e-9)));
        }
        return shortest(tick, Math.max(0, (int) -Math.floor(Math.log10(step) + 1e-9)));
    }

    private static String shortest(double value, int digits) {
        return digits > 5
                ? String.format(Locale.ROOT, "%.0e", value)
                : String.format(Locale.ROOT, "%,." + digits + "f", value);
    }
}
