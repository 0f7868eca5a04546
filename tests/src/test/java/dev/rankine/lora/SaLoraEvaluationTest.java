package dev.rankine.lora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.rankine.autograd.Variable;
import dev.rankine.tensor.Tensor;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What SaLoRA's evaluations see while gates are drawn, and what it adds to the loss. */
class SaLoraEvaluationTest {
    private static final HardConcrete LAW = new HardConcrete(1, -.1, 1.1);

    private static SmallRun run(Map<String, String> settings) {
        return new SmallRun("salora", settings, 4);
    }

    /** The median gate of the locations as the last step left them, not of those it drew from. */
    @Test
    void evaluationsSeeTheMedianOfTheNewLocations() {
        for (int steps = 1; steps < 6; steps++) {
            SmallRun run = run(Map.of("rank", "3", "start", "0", "spread", "2", "gate-rate", ".5"));
            run.train(run.rig(20), steps);
            double[] seen = run.numbers();
            SaLora salora = (SaLora) run.adapted.controller();
            Tensor median = LAW.median(salora.locations().data());
            int from = 0;
            for (Adapter adapter : run.adapted.adapters()) {
                Lora module = (Lora) adapter;
                Variable gates = Variable.constant(median.slice(0, from, from + module.rank()));
                module.gate(new Lora.Gate(gates, gates));
                from += module.rank();
            }
            assertThat(run.numbers()).containsExactly(seen, within(1e-6));
        }
    }

    @Test
    void theRegularizerIsBetaTimesThePenaltyOfAllModules() {
        SmallRun run = run(Map.of("rank", "3", "beta", ".3"));
        double penalty = 0;
        for (Adapter adapter : run.adapted.adapters()) {
            Lora module = (Lora) adapter;
            penalty += distance(module.a().data().toDoubles(), module.rank()) + module.rank();
        }
        Variable regularizer = run.adapted.controller().regularizer(run.rig(20).clock());
        assertThat(regularizer.data().item()).isCloseTo(.3 * penalty, within(1e-4));
        SmallRun without = run(Map.of("rank", "3", "beta", "0"));
        assertThat(without.adapted.controller().regularizer(without.rig(20).clock()))
                .isNull();
    }

    /** ||A A^T - I||_F^2 of A [rank, ...]; B = 0 is as far as its rank. */
    private static double distance(double[] a, int rank) {
        int width = a.length / rank;
        double sum = 0;
        for (int i = 0; i < rank; i++) {
            for (int j = 0; j < rank; j++) {
                double product = i == j ? -1 : 0;
                for (int k = 0; k < width; k++) {
                    product += a[i * width + k] * a[j * width + k];
                }
                sum += product * product;
            }
        }
        return sum;
    }
}
