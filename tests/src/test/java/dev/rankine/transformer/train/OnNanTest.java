package dev.rankine.transformer.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rankine.autograd.Variable;
import dev.rankine.autograd.op.Affine;
import dev.rankine.tensor.DType;
import dev.rankine.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** Numbers that are not finite: found where they are made, and kept from the weights. */
class OnNanTest {
    private static final TrainerSettings SETTINGS =
            TrainerSettings.of(1, 4, 1e-2).withSteps(2, 0, 0);

    /** A poisoned weight of any module of a real model is what the message names. */
    @Property(tries = 30)
    void theModuleIsNamed(@ForAll @IntRange(max = 10_000) int which, @ForAll boolean infinite) {
        Copying task = new Copying(Toy.REFERENCE, DType.F32, 8);
        List<String> names = task.model.weights().keySet().stream()
                .filter(name -> !name.contains("embed_positions"))
                .toList();
        String name = names.get(which % names.size());
        poison(task.model.weights().get(name).data(), infinite ? Float.POSITIVE_INFINITY : Float.NaN);
        assertThatThrownBy(() -> task.trainer(SETTINGS).train())
                .isInstanceOf(DivergedException.class)
                .hasMessageStartingWith("step 1 of 2: the loss is ")
                .hasMessageContaining("the weight " + name + " was not finite before the step");
    }

    private static void poison(Tensor weight, double value) {
        double[] values = weight.toDoubles();
        Arrays.fill(values, value);
        weight.write(values);
    }

    private static Trainer<Toy.Rows> sometimesBad(Toy data, Variable w, TrainerSettings settings, List<Integer> bad) {
        int[] call = {0};
        return new Trainer<>(
                Toy.REFERENCE,
                settings,
                data,
                (rows, pass) ->
                        Affine.scale(Toy.loss(w, rows, pass), bad.contains(call[0]++) ? Double.POSITIVE_INFINITY : 1),
                new WeightTraining(Map.of("w", w), 0));
    }

    /** Skipped steps leave weights and moments as they were: the others do what they would do alone. */
    @Example
    void aSkippedStepChangesNothing() {
        TrainerSettings settings =
                TrainerSettings.of(1, 1, .1).withSteps(2, 0, 0).onNan(OnNan.SKIP);
        Toy data = Toy.of(5);
        Variable w = data.weight();
        List<double[]> weights = new ArrayList<>();
        List<MetricsEntry> log = new ArrayList<>();
        sometimesBad(data, w, settings, List.of(1, 2))
                .listen(new TrainingListener() {
                    @Override
                    public void onStep(long made, long steps, double rate) {
                        weights.add(w.data().toDoubles());
                    }

                    @Override
                    public void onLog(MetricsEntry entry) {
                        log.add(entry);
                    }
                })
                .train();
        assertThat(weights.get(1)).isEqualTo(weights.get(0));
        assertThat(weights.get(2)).isEqualTo(weights.get(0));
        assertThat(weights.get(3)).isNotEqualTo(weights.get(2)).doesNotContain(Double.NaN);
        assertThat(log)
                .extracting(entry -> entry.number(MetricsEntry.SKIPPED).orElse(0))
                .containsExactly(1.0, 1.0, 0.0);
        assertThat(log)
                .allSatisfy(entry -> assertThat(entry.number(MetricsEntry.LOSS)).isPresent());
    }

    @Example
    void tenInARowEndTheRun() {
        TrainerSettings settings = TrainerSettings.of(1, 1, .1).onNan(OnNan.SKIP);
        Toy data = Toy.of(30);
        List<Integer> bad = IntStream.range(5, 30).boxed().toList();
        assertThatThrownBy(
                        () -> sometimesBad(data, data.weight(), settings, bad).train())
                .isInstanceOfSatisfying(
                        DivergedException.class,
                        error -> assertThat(error.step()).isEqualTo(15))
                .hasMessageContaining("so it was with the 10 last steps, which were left out")
                .hasMessageNotContaining("--on-nan");
    }
}
