package dev.rankine.lora.report;

import java.util.Arrays;
import java.util.Locale;
import java.util.OptionalDouble;

/**
 * Mean and spread of some numbers, such as a metric of the runs with several seeds.
 *
 * @param mean of the numbers
 * @param deviation sample standard deviation, {@code sqrt(sum (x - mean)^2 / (n - 1))}; none of a single number
 * @param count how many numbers, at least 1
 */
public record MeanDeviation(double mean, OptionalDouble deviation, int count) {
    /** @throws IllegalArgumentException if there is no number, or one is not finite */
    public static MeanDeviation of(double... numbers) {
        int n = numbers.length;
        if (n == 0) {
            throw new IllegalArgumentException("there is no mean of no numbers");
        }
        for (double number : numbers) {
            if (!Double.isFinite(number)) {
                throw new IllegalArgumentException("mean of numbers of which one is " + number);
            }
        }
        double mean = Arrays.stream(numbers).map(x -> x / n).sum();
        if (n == 1) {
            return new MeanDeviation(mean, OptionalDouble.empty(), 1);
        }
        double squares =
                Arrays.stream(numbers).map(x -> (x - mean) * (x - mean)).sum();
        return new MeanDeviation(mean, OptionalDouble.of(Math.sqrt(squares / (n - 1))), n);
    }

    /** Such as {@code 0.594 ± 0.005}, with so many digits behind the point. */
    public String text(int digits) {
        String format = "%." + digits + "f";
        String text = String.format(Locale.ROOT, format, mean);
        return deviation.isEmpty() ? text : text + " ± " + String.format(Locale.ROOT, format, deviation.getAsDouble());
    }
}
