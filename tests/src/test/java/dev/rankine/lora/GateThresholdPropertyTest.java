package dev.rankine.lora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.rankine.autograd.optim.Proximal;
import dev.rankine.tensor.Backend;
import dev.rankine.tensor.DType;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import dev.rankine.tensor.reference.ReferenceBackend;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.Scale;
import org.junit.jupiter.api.Test;

/** The threshold of SoRA's paper, whose laws {@code ProximalPropertyTest} holds, and the one of its code, which breaks them. */
class GateThresholdPropertyTest {
    private static final Backend REFERENCE = new ReferenceBackend();

    private static double apply(GateThreshold threshold, double v, double xi) {
        return threshold.apply(tensor(v), tensor(xi)).item();
    }

    private static Tensor tensor(double value) {
        return Tensor.of(REFERENCE, DType.F64, Shape.of(1), value);
    }

    @Property
    void theDefaultIsTheProximalOperatorAtRateTimesLambda(
            @ForAll @Scale(6) @DoubleRange(min = -3, max = 3) double v,
            @ForAll @Scale(6) @DoubleRange(min = 0, max = 2) double rate,
            @ForAll @Scale(6) @DoubleRange(min = 0, max = 2) double lambda) {
        Tensor xi = GateThreshold.PROXIMAL.xi(tensor(rate), lambda);
        assertThat(xi.item()).isEqualTo(rate * lambda);
        double got = GateThreshold.PROXIMAL.apply(tensor(v), xi).item();
        assertThat(got).isEqualTo(Proximal.softThreshold(tensor(v), xi).item());
        assertThat(got).isCloseTo(Math.signum(v) * Math.max(Math.abs(v) - rate * lambda, 0), within(1e-12));
    }

    /** The three masks of the code, one after the other. */
    @Property
    void theCompatibleOperatorDoesWhatTheCodeDoes(
            @ForAll @Scale(3) @DoubleRange(min = -4, max = 4) double v,
            @ForAll @Scale(3) @DoubleRange(min = 0, max = 2) double xi) {
        double p = v;
        p = p > xi ? p - xi : p;
        p = p < -xi ? p + xi : p;
        p = Math.abs(p) < xi ? 0 : p;
        assertThat(apply(GateThreshold.SORA_CODE_COMPAT, v, xi)).isEqualTo(p + 0.0);
        assertThat(GateThreshold.SORA_CODE_COMPAT.xi(tensor(.01), xi).item()).isEqualTo(xi);
    }

    @Property
    void theCompatibleOperatorHasADeadZoneOfTwiceTheThreshold(
            @ForAll @Scale(3) @DoubleRange(min = -4, max = 4) double v,
            @ForAll @Scale(3) @DoubleRange(min = .001, max = 2) double xi) {
        double got = apply(GateThreshold.SORA_CODE_COMPAT, v, xi);
        if (Math.abs(v) == xi) {
            assertThat(got).isEqualTo(v);
        } else if (Math.abs(v) < 2 * xi - 1e-9) {
            assertThat(got).isZero();
        } else if (Math.abs(v) > 2 * xi + 1e-9) {
            assertThat(got).isCloseTo(v - Math.signum(v) * xi, within(1e-12));
        }
    }

    /** Two points near 2 xi that lie close together end xi apart: no proximal operator does that. */
    @Test
    void theCompatibleOperatorExpandsDistances() {
        double below = apply(GateThreshold.SORA_CODE_COMPAT, .199, .1);
        double above = apply(GateThreshold.SORA_CODE_COMPAT, .201, .1);
        assertThat(above - below).isGreaterThan(.1).isGreaterThan(.201 - .199);
        assertThat(apply(GateThreshold.SORA_CODE_COMPAT, .15, .1)).isZero();
        assertThat(apply(GateThreshold.PROXIMAL, .15, .1)).isCloseTo(.05, within(1e-15));
        assertThat(apply(GateThreshold.PROXIMAL, .201, .1) - apply(GateThreshold.PROXIMAL, .199, .1))
                .isLessThanOrEqualTo(.002 + 1e-12);
    }
}
