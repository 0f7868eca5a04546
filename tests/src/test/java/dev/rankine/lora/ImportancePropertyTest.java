package dev.rankine.lora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.rankine.autograd.Variable;
import dev.rankine.tensor.Backend;
import dev.rankine.tensor.DType;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import dev.rankine.tensor.random.Philox;
import dev.rankine.tensor.reference.ReferenceBackend;
import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** Sensitivity and uncertainty by their closed forms. */
class ImportancePropertyTest {
    private static final Backend REFERENCE = new ReferenceBackend();
    private static final int SIZE = 5;

    private final double[] w = {1, -2, .5, 0, 3};

    private static Tensor tensor(double... values) {
        return Tensor.of(REFERENCE, DType.F64, Shape.of(values.length), values);
    }

    private static double[] gradient(long seed, int step) {
        double[] values = new double[SIZE];
        Arrays.setAll(values, i -> Philox.normal(seed, 1, step, 0, i));
        return values;
    }

    private static void update(Importance importance, Variable weight, double beta1, double beta2, double... gradient) {
        weight.clearGradient();
        weight.backward(tensor(gradient));
        importance.update(beta1, beta2);
    }

    @Property(tries = 200)
    void afterOneStepTheScoreIsSquareOfTheProduct(
            @ForAll @DoubleRange(min = .01, max = .99) double beta1,
            @ForAll @DoubleRange(min = .01, max = .99) double beta2,
            @ForAll long seed) {
        Variable weight = Variable.parameter(tensor(w));
        Importance importance = new Importance(weight);
        double[] g = gradient(seed, 0);
        update(importance, weight, beta1, beta2, g);
        double[] score = importance.score().toDoubles();
        for (int i = 0; i < SIZE; i++) {
            double product = w[i] * g[i];
            assertThat(score[i]).isCloseTo((1 - beta1) * (1 - beta2) * beta1 * product * product, within(1e-12));
        }
    }

    /** For a constant I and one beta: Ib = (1 - b^t) I, Ub = (1 - b) t b^t I, so the score dies out. */
    @Property(tries = 200)
    void aConstantProductIsCertain(
            @ForAll @DoubleRange(min = .1, max = .95) double beta, @ForAll @IntRange(min = 1, max = 60) int steps) {
        Variable weight = Variable.parameter(tensor(2));
        Importance importance = new Importance(weight);
        for (int t = 0; t < steps; t++) {
            update(importance, weight, beta, beta, -1.5);
        }
        double power = Math.pow(beta, steps);
        assertThat(importance.sensitivity().item()).isCloseTo(3 * (1 - power), within(1e-12));
        assertThat(importance.uncertainty().item()).isCloseTo(3 * (1 - beta) * steps * power, within(1e-12));
    }

    @Property(tries = 100)
    void scoresAreNotNegativeAndGrowWithTheSquareOfTheLoss(
            @ForAll @DoubleRange(min = .01, max = 100) double c,
            @ForAll @IntRange(min = 1, max = 12) int steps,
            @ForAll long seed) {
        Variable weight = Variable.parameter(tensor(w));
        Importance plain = new Importance(weight);
        Importance scaled = new Importance(weight);
        for (int t = 0; t < steps; t++) {
            double[] g = gradient(seed, t);
            update(plain, weight, .85, .85, g);
            update(scaled, weight, .85, .85, Arrays.stream(g).map(v -> c * v).toArray());
        }
        double[] before = plain.score().toDoubles();
        double[] after = scaled.score().toDoubles();
        for (int i = 0; i < SIZE; i++) {
            assertThat(before[i]).isNotNegative();
            assertThat(after[i]).isCloseTo(c * c * before[i], within(1e-10 * (1 + c * c)));
        }
    }

    @Test
    void withoutAGradientNothingChanges() {
        Variable weight = Variable.parameter(tensor(w));
        Importance importance = new Importance(weight);
        update(importance, weight, .85, .85, 1, 2, 3, 4, 5);
        double[] before = importance.score().toDoubles();
        weight.clearGradient();
        importance.update(.85, .85);
        assertThat(importance.score().toDoubles()).isEqualTo(before);
    }
}
