package dev.rankine.autograd.optim;

import static dev.rankine.autograd.optim.Parameters.giveGradient;
import static dev.rankine.autograd.optim.Parameters.parameter;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.rankine.autograd.Variable;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.Scale;
import net.jqwik.api.constraints.Size;

/** AdamW against Algorithm 2 of Loshchilov and Hutter (2019) written down for one number, and its closed forms. */
class AdamWPropertyTest {
    private static final double TOLERANCE = 1e-11;

    /** A gradient and the rate of its step. */
    record Step(double gradient, double rate) {}

    @Property
    void isTheAlgorithmOfThePaper(
            @ForAll("settings") AdamW.Settings settings,
            @ForAll @Scale(9) @DoubleRange(min = 0, max = 0.5) double decay,
            @ForAll @Scale(9) @DoubleRange(min = -3, max = 3) double start,
            @ForAll @Size(max = 25) List<@From("steps") Step> steps) {
        Variable weight = parameter(start, -start);
        OptimizerGroup group = OptimizerGroup.of(Map.of("w", weight)).withWeightDecay(decay);
        AdamW optimizer = new AdamW(settings, List.of(group));
        Paper paper = new Paper(settings, decay, start);
        Paper mirrored = new Paper(settings, decay, -start);
        for (Step step : steps) {
            giveGradient(weight, step.gradient(), -step.gradient());
            optimizer.step(step.rate());
            paper.step(step.gradient(), step.rate());
            mirrored.step(-step.gradient(), step.rate());
        }
        double[] weights = weight.data().toDoubles();
        assertThat(weights[0]).isCloseTo(paper.weight, within(TOLERANCE * Math.max(1, Math.abs(paper.weight))));
        assertThat(weights[1]).isCloseTo(mirrored.weight, within(TOLERANCE * Math.max(1, Math.abs(paper.weight))));
    }

    private static final class Paper {
        private final AdamW.Settings settings;
        private final double decay;
        private double weight;
        private double m;
        private double v;
        private int t;

        Paper(AdamW.Settings settings, double decay, double weight) {
            this.settings = settings;
            this.decay = decay;
            this.weight = weight;
        }

        void step(double gradient, double rate) {
            t++;
            m = settings.beta1() * m + (1 - settings.beta1()) * gradient;
            v = settings.beta2() * v + (1 - settings.beta2()) * gradient * gradient;
            double mHat = m / (1 - Math.pow(settings.beta1(), t));
            double vHat = v / (1 - Math.pow(settings.beta2(), t));
            weight -= rate * (mHat / (Math.sqrt(vHat) + settings.epsilon()) + decay * weight);
        }
    }

    @Property
    void theFirstStepHasTheLengthOfTheRate(
            @ForAll("clearOfZero") double gradient, @ForAll @Scale(9) @DoubleRange(min = 1e-6, max = 1) double rate) {
        Variable weight = parameter(0);
        giveGradient(weight, gradient);
        new AdamW(OptimizerGroup.of(Map.of("w", weight))).step(rate);
        // epsilon is small beside a gradient of 1e-3
        assertThat(weight.data().item()).isCloseTo(-Math.signum(gradient) * rate, within(2e-5 * rate));
    }

    @Property
    void decayIsDecoupledFromTheGradient(
            @ForAll("clearOfZero") double gradient,
            @ForAll @Scale(9) @DoubleRange(min = 0, max = 1) double decay,
            @ForAll @Scale(9) @DoubleRange(min = 0, max = 0.1) double rate) {
        Variable plain = parameter(2);
        Variable decayed = parameter(2);
        giveGradient(plain, gradient);
        giveGradient(decayed, gradient);
        new AdamW(OptimizerGroup.of(Map.of("w", plain))).step(rate);
        new AdamW(OptimizerGroup.of(Map.of("w", decayed)).withWeightDecay(decay)).step(rate);
        double difference = plain.data().item() - decayed.data().item();
        assertThat(difference).isCloseTo(rate * decay * 2, within(TOLERANCE));
    }

    @Property
    void climbingIsDescendingTheNegatedGradient(@ForAll @Size(max = 10) List<@From("steps") Step> steps) {
        Variable up = parameter(1);
        Variable down = parameter(1);
        AdamW climbing = new AdamW(OptimizerGroup.of(Map.of("w", up)).ascending());
        AdamW descending = new AdamW(OptimizerGroup.of(Map.of("w", down)));
        for (Step step : steps) {
            giveGradient(up, step.gradient());
            giveGradient(down, -step.gradient());
            climbing.step(step.rate());
            descending.step(step.rate());
        }
        assertThat(up.data().item()).isCloseTo(down.data().item(), within(TOLERANCE));
    }

    @Provide
    Arbitrary<AdamW.Settings> settings() {
        Arbitrary<Double> beta1 = Arbitraries.doubles().ofScale(9).between(0, 0.999);
        Arbitrary<Double> beta2 = Arbitraries.doubles().ofScale(9).between(0.5, 0.999);
        return Combinators.combine(beta1, beta2, Arbitraries.of(1e-8, 1e-6, 1e-3))
                .as(AdamW.Settings::new);
    }

    @Provide
    Arbitrary<Step> steps() {
        return Combinators.combine(
                        Arbitraries.doubles().ofScale(9).between(-5, 5),
                        Arbitraries.doubles().ofScale(9).between(0, 0.1))
                .as(Step::new);
    }

    @Provide
    Arbitrary<Double> clearOfZero() {
        return Arbitraries.oneOf(
                Arbitraries.doubles().ofScale(9).between(1e-3, 100),
                Arbitraries.doubles().ofScale(9).between(-100, -1e-3));
    }
}
