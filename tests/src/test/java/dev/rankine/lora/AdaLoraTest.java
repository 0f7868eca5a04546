package dev.rankine.lora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.rankine.autograd.Variable;
import dev.rankine.tensor.Tensor;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** AdaLoRA over whole runs of small models. */
class AdaLoraTest {
    private static final Map<String, String> THREE = Map.of("rank", "3", "interval", "2");

    private static SmallRun run(Map<String, String> settings, long seed) {
        return new SmallRun("adalora", settings, seed);
    }

    private static Map<String, String> with(String key, String value) {
        Map<String, String> settings = new HashMap<>(THREE);
        settings.put(key, value);
        return settings;
    }

    @Test
    void theFirstStepMovesLambdaOnly() {
        SmallRun run = run(Map.of("rank", "3", "gamma", "0"), 1);
        List<double[]> q = run.adapted.adapters().stream()
                .map(adapter -> ((SvdLora) adapter).a().data().toDoubles())
                .toList();
        run.step(run.rig(20));
        for (int i = 0; i < q.size(); i++) {
            assertThat(run.module(i).a().data().toDoubles()).isEqualTo(q.get(i));
        }
        assertThat(run.lambdas()).doesNotContain(0);
    }

    /** S_j = s(E_j) + mean s(A_j:) + mean s(B_:j), scored with the new weights and the gradients of the step. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5})
    void everyStepScoresNewWeightsByTheStepsGradients(int steps) {
        SmallRun run = run(Map.of("rank", "3", "beta1", ".7", "beta2", ".9"), 8);
        Rig rig = run.rig(100);
        double[][][] sensitivity = new double[3][3][];
        double[][][] uncertainty = new double[3][3][];
        for (int t = 0; t < steps; t++) {
            run.step(rig);
            for (int k = 0; k < 3; k++) {
                SvdLora module = run.module(k);
                List<Variable> parts = List.of(module.e(), module.a(), module.b());
                for (int part = 0; part < 3; part++) {
                    double[] w = parts.get(part).data().toDoubles();
                    double[] g = parts.get(part).gradient().toDoubles();
                    sensitivity[k][part] = t == 0 ? new double[w.length] : sensitivity[k][part];
                    uncertainty[k][part] = t == 0 ? new double[w.length] : uncertainty[k][part];
                    for (int i = 0; i < w.length; i++) {
                        double now = Math.abs(w[i] * g[i]);
                        double mean = .7 * sensitivity[k][part][i] + .3 * now;
                        sensitivity[k][part][i] = mean;
                        uncertainty[k][part][i] = .9 * uncertainty[k][part][i] + .1 * Math.abs(now - mean);
                    }
                }
            }
        }
        double[] got = ((AdaLora) run.adapted.controller()).importance();
        for (int k = 0; k < 3; k++) {
            int inputs = run.module(k).site().inputs();
            int outputs = run.module(k).site().outputs();
            for (int j = 0; j < 3; j++) {
                double expected = sensitivity[k][0][j] * uncertainty[k][0][j];
                for (int i = 0; i < inputs; i++) {
                    int place = j * inputs + i;
                    expected += sensitivity[k][1][place] * uncertainty[k][1][place] / inputs;
                }
                for (int o = 0; o < outputs; o++) {
                    int place = o * 3 + j;
                    expected += sensitivity[k][2][place] * uncertainty[k][2][place] / outputs;
                }
                assertThat(got[3 * k + j]).isPositive().isCloseTo(expected, within(1e-5 * expected));
            }
        }
    }

    @Property(tries = 20)
    void everyAllocationKeepsExactlyTheBudget(
            @ForAll @IntRange(min = 1, max = 9) int target, @ForAll @IntRange(max = 99) int seed) {
        SmallRun run = run(with("density", "" + target / 9.0), seed);
        long steps = 27;
        CubicBudget budget = AdaLoraMethod.standard().schedule(9, target, steps);
        budget = new CubicBudget(9, target, budget.warmup(), budget.cooldown(), steps, 2);
        Rig rig = run.rig(steps);
        while (rig.at() < steps) {
            run.step(rig);
            long made = rig.at();
            if (budget.isAllocation(made)) {
                assertThat(run.openTriplets()).isEqualTo(budget.at(made));
            }
            boolean decided = made >= budget.end();
            assertThat(run.adapted.retained().triplets()).isEqualTo(decided ? target : 9);
        }
        run.adapted.controller().finish();
        assertThat(run.openTriplets()).isEqualTo(target);
    }

    /** The final choice is by score: deleting the losers is the same as setting their lambda to 0. */
    @Property(tries = 20)
    void theShrinkChangesNoOutputOfTheMaskedModel(
            @ForAll @IntRange(min = 1, max = 8) int target, @ForAll @IntRange(max = 99) int seed) {
        SmallRun run = run(with("density", "" + target / 9.0), seed);
        Rig rig = run.rig(20);
        run.train(rig, 9);
        rig.update(() -> run.loss(rig));
        AdaLora adalora = (AdaLora) run.adapted.controller();
        boolean[] best = TopTriplets.of(adalora.importance(), target);
        double[] lambdas = run.lambdas();
        for (int i = 0; i < 3; i++) {
            double[] masked = Arrays.copyOfRange(lambdas, 3 * i, 3 * i + 3);
            for (int j = 0; j < 3; j++) {
                masked[j] = best[3 * i + j] ? masked[j] : 0;
            }
            run.module(i).e().data().write(masked);
        }
        double[] expected = run.numbers();
        for (int i = 0; i < 3; i++) {
            run.module(i).e().data().write(Arrays.copyOfRange(lambdas, 3 * i, 3 * i + 3));
        }
        rig.shrink();
        assertThat(run.numbers()).containsExactly(expected, within(1e-5));
        double[] before = run.numbers();
        assertThat(exported(run)).containsExactly(before, within(1e-5));
        run.train(rig, 20);
        assertThat(run.adapted.retained().triplets()).isEqualTo(target);
    }

    /** What plain LoRA with the exported factors computes in place of the adapters. */
    private static double[] exported(SmallRun run) {
        List<Lora> plain = run.adapted.lowRank().stream()
                .map(module -> {
                    PlainFactors factors = module.export();
                    return new Lora(module.site(), factors.a(), factors.b(), 1, 0);
                })
                .toList();
        run.adapted.detach();
        plain.forEach(Lora::attach);
        double[] numbers = run.numbers();
        plain.forEach(Lora::detach);
        run.adapted.adapters().forEach(Adapter::attach);
        return numbers;
    }

    /** A triplet set to 0 before T - tf moves again at the next step; a deleted one is gone. */
    @Test
    void tripletsComeBackBeforeTheFinalChoiceAndNeverAfterIt() {
        SmallRun run = run(with("density", ".34"), 3);
        Rig rig = run.rig(40);
        run.train(rig, 18);
        long open = run.openTriplets();
        assertThat(open).isLessThan(9);
        run.step(rig);
        assertThat(run.openTriplets()).isEqualTo(9);
        run.train(rig, 20);
        List<double[]> kept = run.adapted.adapters().stream()
                .map(adapter -> ((SvdLora) adapter).e().data().toDoubles())
                .toList();
        for (long step = 21; step <= 40; step++) {
            run.train(rig, step);
            assertThat(run.lambdas()).hasSize(3).doesNotContain(0);
        }
        for (int i = 0; i < 3; i++) {
            assertThat(run.module(i).e().shape().dim(0)).isEqualTo(kept.get(i).length);
        }
    }

    @Test
    void tiesAreBrokenByModuleAndPlace() {
        SmallRun run = run(with("density", ".45"), 3);
        Rig rig = run.rig(20);
        // without a task and at lambda = 0 nothing tells triplets apart but the regulariser, which is off
        SmallRun idle = run(Map.of("rank", "3", "interval", "2", "density", ".45", "gamma", "0"), 3);
        Rig idleRig = idle.rig(20);
        while (idleRig.at() < 20) {
            idleRig.update();
            idleRig.shrink();
        }
        assertThat(idle.adapted.retained().rank().values()).containsExactly(3, 1, 0);
        run.train(rig, 20);
        assertThat(run.adapted.retained().triplets()).isEqualTo(4);
    }

    @Test
    void aRunOfFullDensityKeepsEveryTriplet() {
        SmallRun run = run(with("density", "1"), 3);
        run.train(run.rig(20), 20);
        assertThat(run.adapted.retained().triplets()).isEqualTo(9);
        assertThat(run.adapted.controller().report()).containsEntry("density", 1.0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"mean-norm", "squared-sum"})
    void theLossFallsTheVectorsTurnOrthonormalAndFrozenWeightsStay(String orthogonality) {
        SmallRun run = run(Map.of("rank", "3", "orthogonality", orthogonality), 4);
        List<double[]> frozen = run.model.frozen();
        double before = run.loss();
        double apart = run.adapted.controller().report().get("orthogonality");
        Rig rig = run.rig(300);
        run.train(rig, 300);
        assertThat(run.loss()).isLessThan(.8 * before);
        assertThat(run.adapted.controller().report().get("orthogonality")).isLessThan(.5 * apart);
        for (int i = 0; i < frozen.size(); i++) {
            assertThat(run.model.frozen().get(i)).isEqualTo(frozen.get(i));
        }
        run.adapted.detach();
        assertThat(run.loss()).isEqualTo(before);
    }

    /** At N(0, .02^2) the Gram matrices are nearly 0, so every norm is about sqrt(r). */
    @Test
    void theRegularizerStartsNearTheRootOfTheRank() {
        SmallRun run = run(Map.of("rank", "4"), 4);
        assertThat(run.adapted.controller().report().get("orthogonality")).isCloseTo(2, within(.01));
        SmallRun squared = run(Map.of("rank", "4", "orthogonality", "squared-sum"), 4);
        assertThat(squared.adapted.controller().report().get("orthogonality")).isCloseTo(24, within(.2));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 12})
    void aResumedRunHasTheBitsOfAnUninterruptedOne(int interruption) {
        SmallRun whole = run(THREE, 6);
        Rig rig = whole.rig(20);
        whole.train(rig, interruption);
        Map<String, Tensor> checkpoint = rig.checkpoint();
        whole.train(rig, 20);
        SmallRun again = run(THREE, 6);
        Rig resumed = again.resume(20, checkpoint, interruption);
        assertThat(again.adapted.controller().state().keySet()).isNotEmpty();
        again.train(resumed, 20);
        assertThat(again.numbers()).isEqualTo(whole.numbers());
        assertThat(again.adapted.controller().report())
                .isEqualTo(whole.adapted.controller().report());
        again.adapted.controller().finish();
    }

    @Test
    void checkpointsOfOtherMethodsAndOtherModelsAreRefused() {
        SmallRun run = run(THREE, 6);
        assertThatThrownBy(() -> run.adapted.controller().restore(Map.of())).hasMessageContaining("of another method");
        run.step(run.rig(20));
        SmallRun larger = run(Map.of("rank", "4"), 6);
        assertThatThrownBy(() -> larger.adapted
                        .controller()
                        .restore(run.adapted.controller().state()))
                .hasMessageContaining("another rank or model");
    }

    @Test
    void aControllerThatSawNoStepOrNoChoiceRefusesToFinish() {
        SmallRun run = run(THREE, 6);
        assertThatThrownBy(run.adapted.controller()::finish).hasMessageContaining("saw no step");
        run.step(run.rig(20));
        assertThatThrownBy(run.adapted.controller()::finish).hasMessageContaining("after 1 steps");
    }

    @Test
    void whatCannotWorkIsRefusedBeforeTheFirstStep() {
        Method method = Methods.named("adalora");
        assertThatThrownBy(() ->
                        method.with(Map.of("warmup", ".4", "cooldown", ".4")).review(2))
                .hasMessageContaining("no step is left");
        SmallRun run = run(Map.of("rank", "3", "warmup", ".4", "cooldown", ".4"), 1);
        assertThatThrownBy(() -> run.step(run.rig(2))).hasMessageContaining("no step is left");
        assertThatThrownBy(() -> run(Map.of("rank", "2", "density", ".05"), 6)).hasMessageContaining("keeps none");
        assertThatThrownBy(() -> run(Map.of("rank", "6"), 6))
                .hasMessageContaining("rank 6 does not fit layers.2.fc [5, 7]: it must be 1 to 5");
        assertThat(method.review(1570)).isEmpty();
        assertThat(method.review(100)).singleElement().asString().contains("falls in 4 steps");
    }

    @ParameterizedTest
    @CsvSource({
        "density, 0, '(0, 1]'",
        "gamma, -1, gamma",
        "beta1, 1, beta1",
        "beta2, 0, beta2",
        "warmup, .5, leave steps",
        "cooldown, -.1, leave steps",
        "interval, 0, interval",
        "orthogonality, none, 'none of [mean-norm, squared-sum]'"
    })
    void badSettingsAreRefused(String key, String value, String why) {
        assertThatThrownBy(() -> AdaLoraMethod.standard().with(Map.of(key, value)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(why);
    }
}
