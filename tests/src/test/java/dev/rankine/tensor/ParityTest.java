package dev.rankine.tensor;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rankine.tensor.reference.ReferenceBackend;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The comparison itself: what is wrong is found. */
class ParityTest {
    private static List<Tensor> numbers(float... values) {
        return List.of(Tensor.of(new ReferenceBackend(), Shape.of(values.length), values));
    }

    private static void compare(List<Tensor> results, List<Tensor> expected) {
        Parity.compare("x against y", results, expected, Parity.F32);
    }

    @Test
    void aWrongElementIsNamed() {
        assertThatThrownBy(() -> compare(numbers(1, 2.0001f), numbers(1, 2)))
                .isInstanceOf(AssertionError.class)
                .hasMessage("x against y: result 0 F32 [2] by leaf, element 1 is 2.0000998973846436, expected 2.0");
        assertThatThrownBy(() -> compare(numbers(Float.NaN), numbers(0))).isInstanceOf(AssertionError.class);
        assertThatThrownBy(() -> compare(numbers(0), numbers(Float.NaN))).isInstanceOf(AssertionError.class);
        assertThatThrownBy(() -> compare(numbers(Float.MAX_VALUE), numbers(Float.POSITIVE_INFINITY)))
                .isInstanceOf(AssertionError.class);
        assertThatThrownBy(() -> compare(numbers(Float.NEGATIVE_INFINITY), numbers(Float.POSITIVE_INFINITY)))
                .isInstanceOf(AssertionError.class);
    }

    @Test
    void anotherShapeOrAMissingResultIsFound() {
        assertThatThrownBy(() -> compare(numbers(1, 2), numbers(1))).isInstanceOf(AssertionError.class);
        assertThatThrownBy(() -> compare(List.of(), numbers(1))).isInstanceOf(AssertionError.class);
    }

    @Test
    void whatIsCloseOrTheSameExtremePasses() {
        assertThatCode(() -> compare(
                        numbers(1e6f, 1e-9f, Float.NaN, Float.POSITIVE_INFINITY, -0.0f),
                        numbers(1e6f + 1, 0, Float.NaN, Float.POSITIVE_INFINITY, 0)))
                .doesNotThrowAnyException();
    }
}
