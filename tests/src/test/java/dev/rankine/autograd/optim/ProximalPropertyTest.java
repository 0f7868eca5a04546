package dev.rankine.autograd.optim;

import static dev.rankine.autograd.optim.Parameters.parameter;
import static dev.rankine.autograd.optim.Parameters.tensor;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.rankine.autograd.Variable;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.Scale;

/** The soft threshold T(v) = prox of xi |.|_1. */
class ProximalPropertyTest {
    private static final double TOLERANCE = 1e-12;

    private static double threshold(double v, double xi) {
        return Proximal.softThreshold(tensor(v), tensor(xi)).item();
    }

    @Property
    void theRestIsASubgradient(
            @ForAll @Scale(9) @DoubleRange(min = -9, max = 9) double v,
            @ForAll @Scale(9) @DoubleRange(max = 5) double xi) {
        // v - T(v) lies in xi d|T(v)|
        double p = threshold(v, xi);
        if (p == 0) {
            assertThat(Math.abs(v)).isLessThanOrEqualTo(xi);
        } else {
            assertThat(v - p).isCloseTo(xi * Math.signum(p), within(TOLERANCE));
        }
    }

    @Property
    void isOdd(
            @ForAll @Scale(9) @DoubleRange(min = -9, max = 9) double v,
            @ForAll @Scale(9) @DoubleRange(max = 5) double xi) {
        assertThat(threshold(-v, xi)).isEqualTo(-threshold(v, xi), within(0.0));
    }

    @Property
    void isMonotoneAndNonexpansive(
            @ForAll @Scale(9) @DoubleRange(min = -9, max = 9) double a,
            @ForAll @Scale(9) @DoubleRange(min = -9, max = 9) double b,
            @ForAll @Scale(9) @DoubleRange(max = 5) double xi) {
        double difference = threshold(a, xi) - threshold(b, xi);
        assertThat(Math.abs(difference)).isLessThanOrEqualTo(Math.abs(a - b) + TOLERANCE);
        assertThat(difference * (a - b)).isGreaterThanOrEqualTo(0);
    }

    @Property
    void moreauSplitsAVectorIntoTwoProximalParts(
            @ForAll @Scale(9) @DoubleRange(min = -9, max = 9) double v,
            @ForAll @Scale(9) @DoubleRange(max = 5) double xi) {
        // the conjugate of xi |.|_1 is the indicator of [-xi, xi], whose prox is the projection
        assertThat(threshold(v, xi) + Math.clamp(v, -xi, xi)).isCloseTo(v, within(TOLERANCE));
    }

    @Property
    void thresholdsAddUp(
            @ForAll @Scale(9) @DoubleRange(min = -9, max = 9) double v,
            @ForAll @Scale(9) @DoubleRange(max = 5) double a,
            @ForAll @Scale(9) @DoubleRange(max = 5) double b) {
        assertThat(threshold(threshold(v, b), a)).isCloseTo(threshold(v, a + b), within(TOLERANCE));
    }

    @Property
    void moreIsThresholdedByALargerXi(
            @ForAll @Scale(9) @DoubleRange(min = -9, max = 9) double v,
            @ForAll @Scale(9) @DoubleRange(max = 5) double a,
            @ForAll @Scale(9) @DoubleRange(max = 5) double b) {
        assertThat(Math.abs(threshold(v, Math.max(a, b)))).isLessThanOrEqualTo(Math.abs(threshold(v, Math.min(a, b))));
    }

    @Example
    void aStepChangesTheParameterItself() {
        Variable gate = parameter(1, -0.25, 0.5, -3, 0);
        Proximal.step(gate, tensor(0.5));
        assertThat(gate.data().toDoubles()).containsExactly(0.5, 0, 0, -2.5, 0);
    }
}
