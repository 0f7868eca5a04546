package dev.rankine.lora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.rankine.autograd.Variable;
import dev.rankine.lora.AdaptiveWindows.Window;
import dev.rankine.tensor.DType;
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

/** SalientLoRA over whole runs of small models. */
class SalientLoraTest {
    private static final Map<String, String> THREE = Map.of("rank", "3", "first-window", "2", "last-window", "6");

    private static SmallRun run(Map<String, String> settings, long seed) {
        return new SmallRun("salientlora", settings, seed);
    }

    private static Map<String, String> with(String key, String value) {
        Map<String, String> settings = new HashMap<>(THREE);
        settings.put(key, value);
        return settings;
    }

    /** Every window ends with exactly its budget, and what was deleted stays deleted. */
    @Property(tries = 20)
    void everyWindowKeepsExactlyItsBudget(
            @ForAll @IntRange(min = 1, max = 9) int target, @ForAll @IntRange(max = 99) int seed) {
        Map<String, String> settings = with("density", "" + target / 9.0);
        SmallRun run = run(settings, seed);
        long steps = 41;
        AdaptiveWindows windows =
                ((SalientLoraMethod) SalientLoraMethod.standard().with(settings)).schedule(9, target, steps);
        List<Long> ends = windows.windows().stream().map(Window::end).toList();
        Rig rig = run.rig(steps);
        long kept = 9;
        while (rig.at() < steps) {
            run.step(rig);
            kept = ends.contains(rig.at()) ? windows.budget(rig.at()) : kept;
            assertThat(run.adapted.retained().triplets()).isEqualTo(kept);
        }
        run.adapted.controller().finish();
        assertThat(kept).isEqualTo(target);
    }

    /** A deletion at the end of a window changes the model as setting the lambdas to 0 would, and nothing else. */
    @Test
    void deletionIsMasking() {
        SmallRun run = run(with("density", ".34"), 3);
        Rig rig = run.rig(40);
        while (rig.at() < 40) {
            rig.update(() -> run.loss(rig));
            double[][] before = lambdas(run);
            double[] full = run.numbers();
            rig.shrink();
            if (run.adapted.retained().triplets()
                    == Arrays.stream(before).mapToInt(e -> e.length).sum()) {
                assertThat(run.numbers()).isEqualTo(full);
            } else {
                for (int i = 0; i < before.length; i++) {
                    assertThat(before[i]).contains(lambdas(run)[i]);
                }
            }
        }
        assertThat(run.adapted.retained().triplets()).isEqualTo(3);
    }

    private static double[][] lambdas(SmallRun run) {
        return run.adapted.adapters().stream()
                .map(adapter -> ((SvdLora) adapter).e().data().toDoubles())
                .toArray(double[][]::new);
    }

    /** A window sees every lambda after each of its steps, and R before them. */
    @Test
    void aWindowSeesLambdaAndTheRegularizerAtEveryStep() {
        SmallRun run = run(Map.of("rank", "3", "first-window", "5", "last-window", "6", "warmup", "0"), 5);
        Rig rig = run.rig(20);
        for (int t = 0; t < 3; t++) {
            double r = run.adapted.controller().report().get("orthogonality");
            run.step(rig);
            double[] table =
                    run.adapted.controller().state().get("salientlora.window").toDoubles();
            double[] row = Arrays.copyOfRange(table, 10 * t, 10 * t + 10);
            assertThat(Arrays.copyOf(row, 9)).isEqualTo(run.lambdas());
            assertThat(row[9]).isCloseTo(r, within(1e-5));
        }
    }

    @Test
    void aSeriesIsReadByTriplet() {
        SmallRun run = run(THREE, 5);
        List<SvdLora> modules = List.of(run.module(0), run.module(1), run.module(2));
        TripletSeries series = new TripletSeries(modules, 4);
        for (int t = 0; t < 3; t++) {
            for (int k = 0; k < 3; k++) {
                double first = 100 * t + 10 * k;
                modules.get(k).e().data().write(first, first + 1, first + 2);
            }
            series.residual(Variable.constant(Tensor.scalar(SmallRun.REFERENCE, DType.F32, t + .5)));
            series.append();
        }
        assertThat(series.residuals()).containsExactly(.5, 1.5, 2.5);
        double[][] values = series.values();
        for (int j = 0; j < 9; j++) {
            double first = 10 * (j / 3) + j % 3;
            assertThat(values[j]).containsExactly(first, first + 100, first + 200);
        }
    }

    @Test
    void theLossFallsAndFrozenWeightsStay() {
        SmallRun run = run(Map.of("rank", "3"), 4);
        List<double[]> frozen = run.model.frozen();
        double before = run.loss();
        run.train(run.rig(300), 300);
        assertThat(run.loss()).isLessThan(.8 * before);
        for (int i = 0; i < frozen.size(); i++) {
            assertThat(run.model.frozen().get(i)).isEqualTo(frozen.get(i));
        }
        run.adapted.detach();
        assertThat(run.loss()).isEqualTo(before);
    }

    /** Before, within, at the end of and after the windows. */
    @ParameterizedTest
    @ValueSource(ints = {2, 5, 6, 11, 30})
    void aResumedRunHasTheBitsOfAnUninterruptedOne(int interruption) {
        SmallRun whole = run(THREE, 6);
        Rig rig = whole.rig(40);
        whole.train(rig, interruption);
        Map<String, Tensor> checkpoint = rig.checkpoint();
        whole.train(rig, 40);
        SmallRun again = run(THREE, 6);
        again.train(again.resume(40, checkpoint, interruption), 40);
        assertThat(again.numbers()).isEqualTo(whole.numbers());
        assertThat(again.adapted.retained()).isEqualTo(whole.adapted.retained());
        again.adapted.controller().finish();
    }

    /** In the middle of a window a resumed run goes on with what the window saw before. */
    @Test
    void aResumedRunRemembersTheWindow() {
        SmallRun whole = run(with("first-window", "6"), 6);
        Rig rig = whole.rig(40);
        whole.train(rig, 7);
        Map<String, Tensor> checkpoint = rig.checkpoint();
        whole.train(rig, 9);
        SmallRun again = run(with("first-window", "6"), 6);
        again.train(again.resume(40, checkpoint, 7), 9);
        Map<String, Tensor> expected = whole.adapted.controller().state();
        Map<String, Tensor> got = again.adapted.controller().state();
        assertThat(got.keySet()).isEqualTo(expected.keySet()).contains("salientlora.window");
        for (String name : List.of("salientlora.window", "salientlora.window_length", "salientlora.steps_seen")) {
            assertThat(got.get(name).toDoubles()).isEqualTo(expected.get(name).toDoubles());
        }
        assertThat(got.get("salientlora.window_length").item()).isEqualTo(5);
    }

    @Test
    void theSecondsOfJudgingAreReported() {
        SmallRun run = run(THREE, 6);
        assertThat(run.adapted.controller().report()).containsEntry("window_seconds", 0.0);
        run.train(run.rig(40), 40);
        assertThat(run.adapted.controller().report().get("window_seconds")).isPositive();
    }

    @Test
    void checkpointsOfOtherMethodsAndOtherModelsAreRefused() {
        SmallRun run = run(THREE, 6);
        assertThatThrownBy(() -> run.adapted.controller().restore(Map.of())).hasMessageContaining("of another method");
        run.step(run.rig(20));
        SmallRun larger = run(with("rank", "4"), 6);
        assertThatThrownBy(() -> larger.adapted
                        .controller()
                        .restore(run.adapted.controller().state()))
                .hasMessageContaining("another rank or model");
    }

    @Test
    void aControllerThatSawNoStepOrNoChoiceRefusesToFinish() {
        SmallRun run = run(THREE, 6);
        assertThatThrownBy(run.adapted.controller()::finish).hasMessageContaining("saw no step");
        run.step(run.rig(40));
        assertThatThrownBy(run.adapted.controller()::finish).hasMessageContaining("after 1 steps");
    }

    @Test
    void windowsScaleWithTheRunUnlessTheyAreAskedFor() {
        SalientLoraMethod method = SalientLoraMethod.standard();
        assertThat(method.schedule(9, 3, 10_000)).isEqualTo(new AdaptiveWindows(9, 3, 1000, 5000, 10, 200));
        assertThat(method.schedule(9, 3, 1570)).isEqualTo(new AdaptiveWindows(9, 3, 157, 785, 10, 78));
        assertThat(method.schedule(9, 3, 100)).isEqualTo(new AdaptiveWindows(9, 3, 10, 50, 5, 5));
        assertThat(method.review(1570)).isEmpty();
        assertThat(method.review(100)).singleElement().asString().contains("at once");
        SalientLoraMethod asked = (SalientLoraMethod) method.with(Map.of("last-window", "200"));
        assertThat(asked.schedule(9, 3, 1570).last()).isEqualTo(200);
        assertThatThrownBy(() -> asked.review(100)).hasMessageContaining("fit into 50 steps");
        SmallRun run = run(Map.of("rank", "3", "last-window", "200"), 1);
        assertThatThrownBy(() -> run.step(run.rig(100))).hasMessageContaining("fit into 50 steps");
        assertThatThrownBy(() -> run(Map.of("rank", "2", "density", ".05"), 6)).hasMessageContaining("keeps none");
    }

    @ParameterizedTest
    @CsvSource({
        "orth-weight, -1, orth-weight",
        "warmup, .6, together at most 1",
        "allocation, 0, allocation > 0",
        "first-window, -1, at least 1 step",
        "lambda, 2, lambda",
        "gamma, 0, gamma",
        "beta, 2, beta"
    })
    void badSettingsAreRefused(String key, String value, String why) {
        assertThatThrownBy(() -> SalientLoraMethod.standard().with(Map.of(key, value)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(why);
    }
}
