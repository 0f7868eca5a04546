package dev.rankine.transformer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rankine.tensor.Tensor;
import java.util.Arrays;

/** Assertions about tensors that two ways of computing give. */
final class Closeness {
    private Closeness() {}

    /** |a - b| <= tolerance max(1, |b|) at every element. */
    static void assertClose(Tensor actual, Tensor expected, double tolerance) {
        assertThat(actual.shape()).isEqualTo(expected.shape());
        assertClose(actual.toDoubles(), expected.toDoubles(), tolerance);
    }

    static void assertClose(double[] actual, double[] expected, double tolerance) {
        assertThat(actual).hasSameSizeAs(expected);
        for (int i = 0; i < actual.length; i++) {
            double difference = Math.abs(actual[i] - expected[i]);
            assertThat(difference)
                    .as("element %d: %s against %s", i, actual[i], expected[i])
                    .isLessThanOrEqualTo(tolerance * Math.max(1, Math.abs(expected[i])));
        }
    }

    static void assertDifferent(Tensor actual, Tensor other) {
        double[] numbers = actual.toDoubles();
        double[] others = other.toDoubles();
        double largest = 0;
        for (int i = 0; i < numbers.length; i++) {
            largest = Math.max(largest, Math.abs(numbers[i] - others[i]));
        }
        assertThat(largest).isGreaterThan(1e-3);
        assertThat(Arrays.stream(numbers).allMatch(Double::isFinite)).isTrue();
    }
}
