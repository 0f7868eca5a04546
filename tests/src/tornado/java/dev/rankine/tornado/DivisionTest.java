package dev.rankine.tornado;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** A driver in the process must leave the JVM its signals: by one of them it learns of a division by zero. */
@EnabledIfSystemProperty(named = "rankine.devices", matches = "true")
class DivisionTest {
    private static final int WARM = 200_000;
    private static final int TRIES = 1000;

    private static int quotient(int a, int b) {
        return a / b;
    }

    private static long remainder(long[] a, int i, long b) {
        return a[i] % b;
    }

    /** Where PoCL's handler is in the way about half of them give a number instead. */
    @Test
    void everyDivisionByZeroThrowsWithADeviceInTheProcess() {
        assertThat(Device.all()).isNotEmpty();
        long[] numbers = {5, 7};
        long sum = 0;
        for (int i = 0; i < WARM; i++) {
            sum += quotient(i, 3) + remainder(numbers, i & 1, 3);
        }
        assertThat(sum).isPositive();
        int thrown = 0;
        for (int i = 0; i < TRIES; i++) {
            try {
                sum += quotient(i, 0);
            } catch (ArithmeticException expected) {
                thrown++;
            }
            try {
                sum += remainder(numbers, i & 1, 0);
            } catch (ArithmeticException expected) {
                thrown++;
            }
        }
        assertThat(thrown).as("of those whose results add up to %s", sum).isEqualTo(2 * TRIES);
    }
}
