package dev.rankine.tensor.vector;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.function.DoubleUnaryOperator;
import java.util.function.UnaryOperator;
import jdk.incubator.vector.FloatVector;
import org.junit.jupiter.api.Test;

class VectorMathTest {
    private static float at(UnaryOperator<FloatVector> function, float x) {
        return function.apply(FloatVector.broadcast(Lanes.SPECIES, x)).lane(0);
    }

    /** The largest |f(x) - exact(x)| / max(|exact(x)|, floor) for {@code steps} numbers from {@code low} to {@code high}. */
    private static double worst(
            UnaryOperator<FloatVector> function, DoubleUnaryOperator exact, double low, double high, double floor) {
        int steps = 40_000;
        double worst = 0;
        float[] x = new float[Lanes.COUNT];
        for (int i = 0; i < steps; i += x.length) {
            for (int lane = 0; lane < x.length; lane++) {
                x[lane] = (float) (low + (high - low) * (i + lane) / steps);
            }
            float[] y =
                    function.apply(FloatVector.fromArray(Lanes.SPECIES, x, 0)).toArray();
            for (int lane = 0; lane < x.length; lane++) {
                double expected = exact.applyAsDouble(x[lane]);
                worst = Math.max(
                        worst,
                        Math.abs(y[lane] - expected) / Math.max(Math.abs(expected), Math.max(floor, Float.MIN_NORMAL)));
            }
        }
        return worst;
    }

    @Test
    void exponential() {
        assertThat(worst(VectorMath::exp, Math::exp, -87, 88.7, 0)).isLessThan(1.3e-7);
        assertThat(worst(VectorMath::exp, Math::exp, -1e-3, 1e-3, 0)).isLessThan(1.3e-7);
        // subnormal results have fewer digits
        assertThat(worst(VectorMath::exp, Math::exp, -103, -87, Float.MIN_NORMAL))
                .isLessThan(2e-7);
        assertThat(at(VectorMath::exp, 0)).isEqualTo(1);
        assertThat(at(VectorMath::exp, 88.73f)).isEqualTo(Float.POSITIVE_INFINITY);
        assertThat(at(VectorMath::exp, Float.POSITIVE_INFINITY)).isEqualTo(Float.POSITIVE_INFINITY);
        assertThat(at(VectorMath::exp, -105)).isZero();
        assertThat(at(VectorMath::exp, Float.NEGATIVE_INFINITY)).isZero();
        assertThat(at(VectorMath::exp, Float.NaN)).isNaN();
    }

    @Test
    void logarithm() {
        assertThat(worst(VectorMath::log, Math::log, 1e-6, 4, 0)).isLessThan(2e-7);
        assertThat(worst(VectorMath::log, Math::log, 0.999, 1.001, 0)).isLessThan(2e-7);
        assertThat(worst(VectorMath::log, Math::log, 1, 1e30, 0)).isLessThan(1.3e-7);
        for (float x : new float[] {Float.MIN_VALUE, 1e-40f, Float.MIN_NORMAL, Float.MAX_VALUE}) {
            assertThat((double) at(VectorMath::log, x)).isCloseTo(Math.log(x), offset(1e-5));
        }
        assertThat(at(VectorMath::log, 1)).isZero();
        assertThat(at(VectorMath::log, 0)).isEqualTo(Float.NEGATIVE_INFINITY);
        assertThat(at(VectorMath::log, -0f)).isEqualTo(Float.NEGATIVE_INFINITY);
        assertThat(at(VectorMath::log, -1)).isNaN();
        assertThat(at(VectorMath::log, Float.NEGATIVE_INFINITY)).isNaN();
        assertThat(at(VectorMath::log, Float.POSITIVE_INFINITY)).isEqualTo(Float.POSITIVE_INFINITY);
        assertThat(at(VectorMath::log, Float.NaN)).isNaN();
    }

    @Test
    void hyperbolicTangent() {
        assertThat(worst(VectorMath::tanh, Math::tanh, -12, 12, 0)).isLessThan(3e-7);
        assertThat(worst(VectorMath::tanh, Math::tanh, 1e-30, 1e-2, 0)).isLessThan(3e-7);
        assertThat(worst(VectorMath::tanh, Math::tanh, -0.5, 0.5, 1e-30)).isLessThan(3e-7);
        assertThat(at(VectorMath::tanh, Float.POSITIVE_INFINITY)).isEqualTo(1);
        assertThat(at(VectorMath::tanh, Float.NEGATIVE_INFINITY)).isEqualTo(-1);
        assertThat(at(VectorMath::tanh, -0f)).isEqualTo(-0f);
        assertThat(at(VectorMath::tanh, Float.NaN)).isNaN();
    }

    @Test
    void sigmoid() {
        assertThat(worst(VectorMath::sigmoid, x -> 1 / (1 + Math.exp(-x)), -87, 87, 0))
                .isLessThan(3e-7);
        assertThat(at(VectorMath::sigmoid, Float.POSITIVE_INFINITY)).isEqualTo(1);
        assertThat(at(VectorMath::sigmoid, Float.NEGATIVE_INFINITY)).isZero();
        assertThat(at(VectorMath::sigmoid, Float.NaN)).isNaN();
    }

    @Test
    void errorFunction() {
        assertThat(worst(VectorMath::erf, ExactMath::erf, -7, 7, 0)).isLessThan(3e-7);
        assertThat(worst(VectorMath::erf, ExactMath::erf, 1e-30, 1e-3, 0)).isLessThan(3e-7);
        assertThat(worst(VectorMath::erf, ExactMath::erf, -7, 7, 1)).isLessThan(1e-7);
        assertThat(at(VectorMath::erf, 0f)).isEqualTo(0f);
        assertThat(at(VectorMath::erf, -0f)).isEqualTo(-0f);
        assertThat(at(VectorMath::erf, Float.POSITIVE_INFINITY)).isEqualTo(1);
        assertThat(at(VectorMath::erf, Float.NEGATIVE_INFINITY)).isEqualTo(-1);
        assertThat(at(VectorMath::erf, Float.NaN)).isNaN();
    }

    @Test
    void exactGelu() {
        assertThat(worst(VectorMath::gelu, x -> x * ExactMath.normal(x), -4, 6, 0))
                .isLessThan(2e-6);
        assertThat(worst(VectorMath::gelu, x -> x * ExactMath.normal(x), -20, 20, 1))
                .isLessThan(2e-7);
        assertThat(worst(VectorMath::gelu, x -> x * ExactMath.normal(x), 1e-30, 1e-4, 0))
                .isLessThan(6e-7);
        assertThat(worst(VectorMath::geluDerivative, VectorMathTest::exactSlope, -20, 20, 1))
                .isLessThan(4e-7);
        assertThat(at(VectorMath::gelu, 1e30f)).isEqualTo(1e30f);
        assertThat(at(VectorMath::gelu, -1e30f)).isZero();
        assertThat(at(VectorMath::gelu, Float.NaN)).isNaN();
        assertThat(at(VectorMath::geluDerivative, Float.POSITIVE_INFINITY)).isEqualTo(1);
        assertThat(at(VectorMath::geluDerivative, Float.NEGATIVE_INFINITY)).isZero();
        assertThat(at(VectorMath::geluDerivative, Float.NaN)).isNaN();
    }

    private static double exactSlope(double x) {
        return ExactMath.normal(x) + x * Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI);
    }

    private static double tanhInner(double x) {
        return Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x);
    }

    @Test
    void geluByTanh() {
        DoubleUnaryOperator exact = x -> x / (1 + Math.exp(-2 * tanhInner(x)));
        DoubleUnaryOperator slope = x -> {
            double s = 1 / (1 + Math.exp(-2 * tanhInner(x)));
            return s + x * s * (1 - s) * 2 * Math.sqrt(2 / Math.PI) * (1 + 3 * 0.044715 * x * x);
        };
        assertThat(worst(VectorMath::geluTanh, exact, -4, 6, 0)).isLessThan(2e-6);
        assertThat(worst(VectorMath::geluTanh, exact, -20, 20, 1)).isLessThan(3e-7);
        assertThat(worst(VectorMath::geluTanhDerivative, slope, -20, 20, 1)).isLessThan(1e-6);
        assertThat(at(VectorMath::geluTanh, 1e30f)).isEqualTo(1e30f);
        assertThat(at(VectorMath::geluTanh, -1e30f)).isZero();
        assertThat(at(VectorMath::geluTanhDerivative, Float.POSITIVE_INFINITY)).isEqualTo(1);
        assertThat(at(VectorMath::geluTanhDerivative, Float.NEGATIVE_INFINITY)).isZero();
        assertThat(at(VectorMath::geluTanhDerivative, Float.NaN)).isNaN();
    }

    @Test
    void lanesAreSummedByHalves() {
        float[] lanes = new float[Lanes.COUNT];
        for (int i = 0; i < lanes.length; i++) {
            lanes[i] = (float) Math.sin(i) * 1e3f;
        }
        FloatVector v = FloatVector.fromArray(Lanes.SPECIES, lanes, 0);
        float largest = Float.NEGATIVE_INFINITY;
        for (float lane : lanes) {
            largest = Math.max(largest, lane);
        }
        for (int half = lanes.length / 2; half > 0; half /= 2) {
            for (int i = 0; i < half; i++) {
                lanes[i] += lanes[i + half];
            }
        }
        assertThat(Lanes.sum(v)).isEqualTo(lanes[0]);
        assertThat(Lanes.max(v)).isEqualTo(largest);
        assertThat(Lanes.max(v.withLane(1, Float.NaN))).isNaN();
    }

    private static org.assertj.core.data.Offset<Double> offset(double value) {
        return org.assertj.core.data.Offset.offset(value);
    }
}
