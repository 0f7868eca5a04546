package dev.rankine.tensor.reference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.rankine.tensor.Binary;
import dev.rankine.tensor.Unary;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FunctionsTest {
    private static final Map<Unary, Binary> DERIVATIVES_OF_ARGUMENT = Map.of(
            Unary.RELU, Binary.RELU_BACKWARD,
            Unary.GELU, Binary.GELU_BACKWARD,
            Unary.GELU_TANH, Binary.GELU_TANH_BACKWARD);
    private static final Map<Unary, Binary> DERIVATIVES_OF_RESULT =
            Map.of(Unary.TANH, Binary.TANH_BACKWARD, Unary.SIGMOID, Binary.SIGMOID_BACKWARD);

    /** Computed with 40 digits. */
    @ParameterizedTest
    @CsvSource({
        "0, 0, 1",
        "1e-10, 1.1283791670955126e-10, 0.999999999887162",
        "0.25, 0.27632639016823696, 0.7236736098317631",
        "0.46875, 0.49261347321793797, 0.507386526782062",
        "0.5, 0.5204998778130465, 0.4795001221869535",
        "1, 0.8427007929497149, 0.15729920705028513",
        "-1.5, -0.9661051464753107, 1.9661051464753108",
        "3.9, 0.9999999652077514, 3.4792248597231765e-08",
        "4.1, 0.9999999932999724, 6.700027654084919e-09",
        "10, 1, 2.088487583762545e-45",
        "26, 1, 5.663192408856143e-296",
        "30, 1, 0"
    })
    void theErrorFunctionHasAllItsDigits(double x, double erf, double erfc) {
        assertThat(ErrorFunction.erf(x)).isCloseTo(erf, within(4 * Math.ulp(erf)));
        // far out the conditioning of e^(-x^2) costs digits
        assertThat(ErrorFunction.erfc(x)).isCloseTo(erfc, within(8 * Math.ulp(erfc)));
    }

    @Property
    void theErrorFunctionIsOddBoundedAndRises(@ForAll @DoubleRange(min = -30, max = 30) double x) {
        assertThat(ErrorFunction.erf(-x)).isEqualTo(-ErrorFunction.erf(x));
        assertThat(ErrorFunction.erf(x)).isBetween(-1.0, 1.0);
        assertThat(ErrorFunction.erf(x) + ErrorFunction.erfc(x)).isCloseTo(1, within(1e-15));
        assertThat(ErrorFunction.erf(x + 1e-3)).isGreaterThanOrEqualTo(ErrorFunction.erf(x));
    }

    @Test
    void theErrorFunctionEndsWell() {
        assertThat(ErrorFunction.erf(Double.POSITIVE_INFINITY)).isEqualTo(1);
        assertThat(ErrorFunction.erfc(Double.POSITIVE_INFINITY)).isZero();
        assertThat(ErrorFunction.erfc(Double.NEGATIVE_INFINITY)).isEqualTo(2);
        assertThat(ErrorFunction.erf(Double.NaN)).isNaN();
        assertThat(ErrorFunction.erfc(Double.NaN)).isNaN();
    }

    @Property
    void backwardFunctionsAreDerivatives(
            @ForAll Unary function,
            @ForAll @DoubleRange(min = -6, max = 6) double x,
            @ForAll @DoubleRange(min = -2, max = 2) double dY) {
        double h = 1e-5;
        boolean kink = function == Unary.RELU && Math.abs(x) < 2 * h;
        double slope = (Functions.apply(function, x + h) - Functions.apply(function, x - h)) / (2 * h);
        if (DERIVATIVES_OF_ARGUMENT.containsKey(function) && !kink) {
            double derivative = Functions.apply(DERIVATIVES_OF_ARGUMENT.get(function), x, dY);
            assertThat(derivative).isCloseTo(slope * dY, within(1e-8));
        }
        if (DERIVATIVES_OF_RESULT.containsKey(function)) {
            double y = Functions.apply(function, x);
            double derivative = Functions.apply(DERIVATIVES_OF_RESULT.get(function), y, dY);
            assertThat(derivative).isCloseTo(slope * dY, within(1e-8));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "NEGATE, 2.5, -2.5",
        "ABSOLUTE, -2.5, 2.5",
        "SIGN, -2.5, -1",
        "SIGN, 0, 0",
        "STEP, 0, 1",
        "STEP, -1e-300, 0",
        "SQUARE, -3, 9",
        "SQUARE_ROOT, 2, 1.4142135623730951",
        "RECIPROCAL, -4, -0.25",
        "EXP, 1, 2.718281828459045",
        "LOG, 10, 2.302585092994046",
        "TANH, 0.5, 0.46211715726000973",
        "SIGMOID, -800, 0",
        "SIGMOID, 0, 0.5",
        "RELU, -1, 0",
        "RELU, 3, 3",
        "GELU, 1, 0.8413447460685429",
        "GELU, -10, -7.619853024160526e-23",
        "GELU_TANH, 1, 0.8411919906082767"
    })
    void functionsHaveTheirKnownValues(Unary function, double x, double y) {
        assertThat(Functions.apply(function, x)).isCloseTo(y, within(Math.abs(y) * 1e-13));
    }

    @Test
    void foldingKnowsNaN() {
        assertThat(Functions.apply(Binary.MAXIMUM, Double.NaN, 1)).isNaN();
        assertThat(Functions.apply(Binary.MINIMUM, 1, Double.NaN)).isNaN();
        assertThat(Functions.apply(Unary.SIGN, Double.NaN)).isNaN();
    }
}
