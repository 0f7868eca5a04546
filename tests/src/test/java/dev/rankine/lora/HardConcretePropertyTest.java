package dev.rankine.lora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.rankine.tensor.Backend;
import dev.rankine.tensor.DType;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import dev.rankine.tensor.random.Philox;
import dev.rankine.tensor.reference.ReferenceBackend;
import java.util.Arrays;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.Scale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The hard-concrete gate: closed forms against sampling and quadrature, derivatives against differences. */
class HardConcretePropertyTest {
    private static final Backend REFERENCE = new ReferenceBackend();
    private static final HardConcrete PAPER = new HardConcrete(1, -.1, 1.1);
    private static final int DRAWS = 20_000;

    @Provide
    Arbitrary<HardConcrete> laws() {
        Arbitrary<Double> tau = Arbitraries.of(.2, .5, 2.0 / 3, 1.0, 1.5, 3.0);
        Arbitrary<Double> gamma = Arbitraries.doubles().between(-.5, -.01).ofScale(6);
        Arbitrary<Double> zeta = Arbitraries.doubles().between(1.01, 1.5).ofScale(6);
        return Combinators.combine(tau, gamma, zeta).as(HardConcrete::new).withoutEdgeCases();
    }

    /** The seed is fixed: one in 16,000 honest samples lies beyond 4 standard errors. */
    @Property(tries = 60, seed = "20180114")
    void frequenciesAndMeanOfSamplesAreWithinFourStandardErrors(
            @ForAll("laws") HardConcrete law,
            @ForAll @Scale(6) @DoubleRange(min = -5, max = 5) double la,
            @ForAll long seed) {
        double zeros = 0;
        double ones = 0;
        double sum = 0;
        double squares = 0;
        for (int i = 0; i < DRAWS; i++) {
            double g = law.sample(la, Philox.uniform(seed, 1, 2, 3, i));
            zeros += g == 0 ? 1 : 0;
            ones += g == 1 ? 1 : 0;
            sum += g;
            squares += g * g;
        }
        assertFrequency(zeros, law.probabilityOfZero(la));
        assertFrequency(ones, law.probabilityOfOne(la));
        assertFrequency(DRAWS - zeros, law.probabilityOpen(la));
        double mean = sum / DRAWS;
        double deviation = Math.sqrt(Math.max(squares / DRAWS - mean * mean, 0) / DRAWS);
        assertThat(mean).isCloseTo(law.mean(la), within(4 * deviation + 1e-6));
    }

    private static void assertFrequency(double count, double probability) {
        double error = Math.sqrt(probability * (1 - probability) / DRAWS);
        assertThat(count / DRAWS).isCloseTo(probability, within(4 * error + 1e-5));
    }

    @Property
    void probabilitiesAddUpAndAreMonotone(
            @ForAll("laws") HardConcrete law,
            @ForAll @Scale(6) @DoubleRange(min = -8, max = 8) double la,
            @ForAll @Scale(6) @DoubleRange(min = .01, max = 3) double more) {
        assertThat(law.probabilityOfZero(la) + law.probabilityOpen(la)).isCloseTo(1, within(1e-15));
        assertThat(law.probabilityOfZero(la) + law.probabilityOfOne(la)).isLessThan(1);
        assertThat(law.probabilityOpen(la + more)).isGreaterThan(law.probabilityOpen(la));
        assertThat(law.probabilityOfOne(la + more)).isGreaterThan(law.probabilityOfOne(la));
        assertThat(law.probabilityOfZero(la + more)).isLessThan(law.probabilityOfZero(la));
        assertThat(law.mean(la + more)).isGreaterThan(law.mean(la));
    }

    @Property
    void theMirroredLocationSwapsZeroAndOneUnderASymmetricStretch(
            @ForAll @Scale(6) @DoubleRange(min = .01, max = .5) double margin,
            @ForAll @Scale(6) @DoubleRange(min = .1, max = 3) double tau,
            @ForAll @Scale(6) @DoubleRange(min = -8, max = 8) double la) {
        HardConcrete law = new HardConcrete(tau, -margin, 1 + margin);
        assertThat(law.probabilityOfZero(-la)).isCloseTo(law.probabilityOfOne(la), within(1e-12));
        assertThat(law.mean(-la)).isCloseTo(1 - law.mean(la), within(1e-8));
    }

    @Property
    void theDerivativeIsThatOfCentralDifferences(
            @ForAll("laws") HardConcrete law, @ForAll @Scale(6) @DoubleRange(min = -6, max = 6) double la) {
        double h = 1e-5;
        double difference = (law.probabilityOpen(la + h) - law.probabilityOpen(la - h)) / (2 * h);
        assertThat(law.probabilityOpenDerivative(la)).isCloseTo(difference, within(1e-9));
    }

    @Property
    void aSmallTemperatureTossesACoin(@ForAll @Scale(6) @DoubleRange(min = -4, max = 4) double la) {
        HardConcrete law = new HardConcrete(1e-4, -.1, 1.1);
        double coin = 1 / (1 + Math.exp(-la));
        assertThat(law.probabilityOfOne(la)).isCloseTo(coin, within(1e-3));
        assertThat(law.probabilityOfZero(la)).isCloseTo(1 - coin, within(1e-3));
        assertThat(law.mean(la)).isCloseTo(coin, within(1e-3));
    }

    @ParameterizedTest
    @CsvSource({"0, .083333, .083333, .5", "1.3, .0242, .2501, .73403", "-2, .4018, .0122, .16896"})
    void knownValuesAtTemperatureOne(double la, double zero, double one, double mean) {
        assertThat(PAPER.probabilityOfZero(la)).isCloseTo(zero, within(5e-5));
        assertThat(PAPER.probabilityOfOne(la)).isCloseTo(one, within(5e-5));
        assertThat(PAPER.mean(la)).isCloseTo(mean, within(5e-6));
    }

    @Test
    void theStartIsElevenTwelfthsOpen() {
        assertThat(PAPER.probabilityOpen(0)).isCloseTo(11.0 / 12, within(1e-15));
    }

    @Property
    void theClosedMeanIsTheIntegral(
            @ForAll @Scale(6) @DoubleRange(min = -.5, max = -.01) double gamma,
            @ForAll @Scale(6) @DoubleRange(min = 1.01, max = 1.5) double zeta,
            @ForAll @Scale(6) @DoubleRange(min = -6, max = 6) double la) {
        // a temperature that differs from 1 by a rounding error takes the way of the quadrature
        double closed = new HardConcrete(1, gamma, zeta).mean(la);
        double quadrature = new HardConcrete(Math.nextUp(1.0), gamma, zeta).mean(la);
        assertThat(closed).isCloseTo(quadrature, within(1e-8));
    }

    @Property
    void tensorsAgreeWithNumbers(
            @ForAll("laws") HardConcrete law,
            @ForAll @Scale(6) @DoubleRange(min = -8, max = 8) double la,
            @ForAll @Scale(6) @DoubleRange(min = .0001, max = .9999) double u) {
        Tensor location = tensor(la);
        assertThat(law.sample(location, tensor(u)).item()).isCloseTo(law.sample(la, u), within(1e-12));
        assertThat(law.open(location).item()).isCloseTo(law.probabilityOpen(la), within(1e-12));
        assertThat(law.median(location).item())
                .isCloseTo(DeterministicGate.MEDIAN.of(law, la)[0], within(1e-12));
    }

    @Property
    void thePathwiseGradientIsThatOfCentralDifferences(
            @ForAll("laws") HardConcrete law,
            @ForAll @Scale(6) @DoubleRange(min = -5, max = 5) double la,
            @ForAll @Scale(6) @DoubleRange(min = .01, max = .99) double u,
            @ForAll @Scale(6) @DoubleRange(min = -3, max = 3) double dG) {
        double h = 1e-6;
        double low = law.sample(la - h, u);
        double high = law.sample(la + h, u);
        double got = law.sampleBackward(tensor(la), tensor(u), tensor(dG)).item();
        if ((low > 0 && high < 1) || low == high) {
            assertThat(got).isCloseTo(dG * (high - low) / (2 * h), within(1e-8));
        }
    }

    /** With the location outside the division by the temperature this would be sigmoid(logit(u) / tau + la). */
    @Test
    void theLocationIsDividedByTheTemperature() {
        HardConcrete law = new HardConcrete(2.0 / 3, -.1, 1.1);
        double s = 1 / (1 + Math.exp(-(Math.log(.3 / .7) + .9) / (2.0 / 3)));
        assertThat(law.sample(.9, .3)).isCloseTo(s * 1.2 - .1, within(1e-5));
    }

    @Property
    void theMedianIsOpenIfAndOnlyIfTheGateIsMoreOftenThanNot(
            @ForAll("laws") HardConcrete law, @ForAll @Scale(6) @DoubleRange(min = -6, max = 6) double la) {
        boolean open = law.probabilityOpen(la) > .5;
        assertThat(DeterministicGate.MEDIAN.of(law, la)[0] > 0).isEqualTo(open);
        assertThat(DeterministicGate.BINARY.of(law, la)[0]).isEqualTo(open ? 1 : 0);
        assertThat(DeterministicGate.MEDIAN.of(law, la)[0]).isCloseTo(law.sample(la, .5), within(1e-12));
        assertThat(DeterministicGate.TRUE_MEAN.of(law, la)[0]).isPositive();
    }

    @Property
    void louizosAndMedianAreOneAtTemperatureOne(@ForAll @Scale(6) @DoubleRange(min = -9, max = 9) double la) {
        assertThat(DeterministicGate.LOUIZOS.of(PAPER, la)).isEqualTo(DeterministicGate.MEDIAN.of(PAPER, la));
    }

    @Property
    void flopClosesAsManyGatesAsItExpectsClosed(@ForAll("laws") HardConcrete law, @ForAll long seed) {
        double[] la = new double[31];
        Arrays.setAll(la, i -> 3 * Philox.normal(seed, 1, 1, 1, i));
        double expected = Arrays.stream(la).map(law::probabilityOfZero).sum();
        double[] gates = DeterministicGate.FLOP.of(law, la);
        assertThat(Arrays.stream(gates).filter(g -> g == 0).count()).isEqualTo(Math.round(expected));
        double smallestOpen = Arrays.stream(gates).filter(g -> g > 0).min().orElse(1);
        for (int i = 0; i < la.length; i++) {
            double m = 1 / (1 + Math.exp(-.8 * la[i] / law.tau()));
            assertThat(gates[i] == 0 ? m <= smallestOpen : Math.abs(gates[i] - m) < 1e-12)
                    .isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"0,-.1,1.1", "-1,-.1,1.1", "1,0,1.1", "1,-.1,1", "NaN,-.1,1.1", "1,-Infinity,1.1"})
    void lawsThatAreNoneAreRefused(String settings) {
        double[] numbers = Arrays.stream(settings.split(","))
                .mapToDouble(Double::parseDouble)
                .toArray();
        assertThatThrownBy(() -> new HardConcrete(numbers[0], numbers[1], numbers[2]))
                .hasMessageContaining("tau > 0, gamma < 0 and zeta > 1");
    }

    private static Tensor tensor(double value) {
        return Tensor.of(REFERENCE, DType.F64, Shape.of(1), value);
    }
}
