package dev.rankine.lora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.rankine.autograd.Variable;
import dev.rankine.tensor.Backend;
import dev.rankine.tensor.DType;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import dev.rankine.tensor.reference.ReferenceBackend;
import dev.rankine.transformer.Pass;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** SaLoRA over whole runs of small models. */
class SaLoraTrainingTest {
    private static final Backend REFERENCE = new ReferenceBackend();
    private static final int[] WIDTHS = {6, 9, 7, 5};

    /** A model, a task, and SaLoRA on it. */
    private static final class Run {
        final Chain model;
        final AdaptedModel adapted;
        final SaLora salora;
        final Tensor x;
        final Tensor target;

        Run(DType dtype, Map<String, String> settings, long seed) {
            model = new Chain(REFERENCE, dtype, seed, WIDTHS);
            adapted = SaLoraMethod.paper().with(settings).attach(model, new Method.Run(7, 0));
            salora = (SaLora) adapted.controller();
            x = model.normal(100, 1, Shape.of(8, WIDTHS[0]));
            target = model.normal(101, 1, Shape.of(8, WIDTHS[WIDTHS.length - 1]));
        }

        Rig rig(long steps) {
            return new Rig(salora, REFERENCE, 3, steps, .01);
        }

        void step(Rig rig) {
            rig.step(() -> model.loss(x, target, model.training(8, rig.at())));
        }

        double[] numbers() {
            return model.numbers(x);
        }

        double loss() {
            return model.loss(x, target, Pass.inference()).data().item();
        }

        /** What the model gives with the best gates at their median and the others closed. */
        double[] masked(int kept) {
            double[] la = salora.locations().data().toDoubles();
            boolean[] open = TopTriplets.of(la, kept);
            double[] median = DeterministicGate.MEDIAN.of(new HardConcrete(1, -.1, 1.1), la);
            int from = 0;
            for (Adapter adapter : adapted.adapters()) {
                double[] gates = new double[3];
                for (int j = 0; j < 3; j++) {
                    gates[j] = open[from + j] ? median[from + j] : 0;
                }
                from += 3;
                Variable gate = Variable.constant(Tensor.of(REFERENCE, DType.F32, Shape.of(3), gates));
                ((Lora) adapter).gate(new Lora.Gate(gate, gate));
            }
            return numbers();
        }
    }

    /** Without a task the constraint alone moves the gates: 400 updates of Adam at .01 bring C to b. */
    @ParameterizedTest
    @ValueSource(doubles = {.25, .5, .75})
    void theExpectedDensityReachesItsTargetAndTheMultiplierNeverFalls(double target) {
        Run run = new Run(DType.F32, Map.of("rank", "4", "density", "" + target, "start", "0", "beta", "0"), 1);
        Rig rig = run.rig(800);
        double density = run.salora.report().get("parameter_density");
        double multiplier = 0;
        boolean arrived = false;
        for (int step = 0; step < 399; step++) {
            rig.step();
            double now = run.salora.report().get("parameter_density");
            arrived |= density <= target;
            // once there, Adam's momentum carries it past the target and back
            assertThat(now).isLessThanOrEqualTo(arrived ? target + .02 : density);
            assertThat(run.salora.report().get("multiplier")).isGreaterThanOrEqualTo(multiplier);
            density = now;
            multiplier = run.salora.report().get("multiplier");
        }
        assertThat(density).isCloseTo(target, within(.02));
        assertThat(multiplier).isPositive();
    }

    @Test
    void withoutUpdatesEnoughADoubtIsVoicedAndWithoutAnyTheRunIsRefused() {
        SaLoraMethod method = SaLoraMethod.paper();
        assertThat(method.review(1570)).isEmpty();
        assertThat(method.review(1000)).singleElement().asString().contains("300 updates");
        assertThatThrownBy(() -> method.review(0)).hasMessageContaining("at least 1 step");
        Method narrow = method.with(Map.of("start", ".4"));
        assertThatThrownBy(() -> narrow.review(2)).hasMessageContaining("no step of 2");
        Run run = new Run(DType.F32, Map.of("rank", "2", "start", ".4"), 1);
        assertThatThrownBy(() -> run.rig(2).step()).hasMessageContaining("no step of 2");
    }

    /** The cut deletes what a mask closes, and nothing else: outputs before and after are the same. */
    @Property(tries = 30)
    void theCutChangesNoOutputOfTheMaskedModel(
            @ForAll @IntRange(min = 1, max = 9) int kept, @ForAll @IntRange(max = 99) int seed) {
        Run run = new Run(DType.F32, Map.of("rank", "3", "density", "" + kept / 9.0, "spread", "2"), seed);
        Rig rig = run.rig(20);
        while (rig.at() < 9) {
            run.step(rig);
        }
        rig.update(() -> run.model.loss(run.x, run.target, run.model.training(8, 9)));
        double[] masked = run.masked(kept);
        rig.shrink();
        assertThat(run.adapted.retained().triplets()).isEqualTo(kept);
        assertThat(run.adapted.retained().density()).isEqualTo(kept / 9.0);
        assertThat(run.numbers()).containsExactly(masked, within(1e-5));
        for (Adapter adapter : run.adapted.adapters()) {
            Lora lora = (Lora) adapter;
            assertThat(lora.site().isOccupied()).isEqualTo(lora.rank() > 0);
        }
        // and training goes on, at the kept ranks
        while (rig.at() < 20) {
            run.step(rig);
        }
        run.salora.finish();
        assertThat(run.adapted.retained().triplets()).isEqualTo(kept);
        assertThat(run.adapted.retainedParameters())
                .isEqualTo(run.adapted.retained().parameters());
    }

    @Test
    void frozenWeightsNeverChangeAndTheLossFalls() {
        Run run = new Run(DType.F32, Map.of("rank", "3"), 4);
        List<double[]> frozen = run.model.frozen();
        double before = run.loss();
        Rig rig = run.rig(200);
        while (rig.at() < 200) {
            run.step(rig);
        }
        for (int i = 0; i < frozen.size(); i++) {
            assertThat(run.model.frozen().get(i)).isEqualTo(frozen.get(i));
        }
        assertThat(run.loss()).isLessThan(.7 * before);
        run.adapted.detach();
        assertThat(run.loss()).isEqualTo(before);
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 7, 12})
    void aResumedRunHasTheBitsOfAnUninterruptedOne(int interruption) {
        Map<String, String> settings = Map.of("rank", "3", "spread", "1");
        Run whole = new Run(DType.F32, settings, 6);
        Rig rig = whole.rig(20);
        Map<String, Tensor> checkpoint = Map.of();
        while (rig.at() < 20) {
            if (rig.at() == interruption) {
                checkpoint = rig.checkpoint();
            }
            whole.step(rig);
        }
        Run again = new Run(DType.F32, settings, 6);
        Rig resumed = Rig.resume(again.salora, REFERENCE, 3, 20, .01, checkpoint, interruption);
        while (resumed.at() < 20) {
            again.step(resumed);
        }
        assertThat(again.numbers()).isEqualTo(whole.numbers());
        assertThat(again.salora.report()).isEqualTo(whole.salora.report());
        again.salora.finish();
    }

    @Test
    void checkpointsOfOtherMethodsAndOtherModelsAreRefused() {
        Run run = new Run(DType.F32, Map.of("rank", "2"), 6);
        assertThatThrownBy(() -> run.salora.restore(Map.of())).hasMessageContaining("of another method");
        Rig rig = run.rig(2);
        run.step(rig);
        Run larger = new Run(DType.F32, Map.of("rank", "3"), 6);
        assertThatThrownBy(() -> larger.salora.restore(run.salora.state()))
                .hasMessageContaining("of shape [6], this model needs [9]");
    }

    @Test
    void aControllerThatSawNoStepOrNoCutRefusesToFinish() {
        Run run = new Run(DType.F32, Map.of("rank", "2"), 6);
        assertThatThrownBy(run.salora::finish).hasMessageContaining("saw no step");
        Rig rig = run.rig(20);
        run.step(rig);
        assertThatThrownBy(run.salora::finish).hasMessageContaining("after 1 steps");
    }

    @Test
    void aDensityThatKeepsNothingIsRefusedBeforeTheFirstStep() {
        assertThatThrownBy(() -> new Run(DType.F32, Map.of("rank", "2", "density", ".05"), 6))
                .hasMessageContaining("keeps none");
    }
}
