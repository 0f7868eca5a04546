package dev.rankine.lora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.rankine.autograd.GradientMode;
import dev.rankine.autograd.Variable;
import dev.rankine.lora.peft.BaseModel;
import dev.rankine.lora.task.AdapterFolder;
import dev.rankine.tensor.DType;
import dev.rankine.tensor.Tensor;
import dev.rankine.tensor.random.Philox;
import dev.rankine.transformer.Pass;
import dev.rankine.transformer.train.ParameterGroup;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is true of every method, whatever it does in between. */
class CommonPropertiesTest {
    private static final int STEPS = 20;

    private static final List<MethodCase> CASES = MethodCase.all();

    @TempDir
    Path temporary;

    static List<MethodCase> cases() {
        return CASES;
    }

    @ParameterizedTest
    @MethodSource("cases")
    void itIsFoundByItsNameAndTakesItsOwnSettings(MethodCase c) {
        Method method = Methods.named(c.method().name());
        assertThat(method.title()).isNotBlank();
        assertThat(method.with(method.settings())).isEqualTo(method);
        assertThat(c.method().with(c.method().settings())).isEqualTo(c.method());
        assertThatThrownBy(() -> method.review(0)).hasMessageContaining("at least 1 step");
    }

    @ParameterizedTest
    @MethodSource("cases")
    void theStartChangesNothing(MethodCase c) {
        SmallModel model = c.fresh(DType.F32);
        double[] bare = model.logits();
        AdaptedModel adapted = model.attach(c.method());
        assertThat(adapted.method()).isEqualTo(c.method());
        if (c.atStart() == 0) {
            assertThat(model.logits()).isEqualTo(bare);
        } else if (c.atStart() == Double.POSITIVE_INFINITY) {
            assertThat(model.logits()).isNotEqualTo(bare);
        } else {
            assertThat(model.logits()).containsExactly(bare, within(c.atStart()));
        }
        assertThat(adapted.trainableParameters()).isPositive().isEqualTo(adapted.retainedParameters());
        adapted.detach();
        assertThat(model.logits()).isEqualTo(bare);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void trainingLowersTheLossAndNeverTouchesTheWeights(MethodCase c) {
        SmallModel model = c.fresh(DType.F32);
        double[] bare = model.logits();
        Map<String, List<Double>> weights = model.weights();
        AdaptedModel adapted = model.attach(c.method());
        double before = model.loss(Pass.inference()).data().item();
        Rig rig = MethodCase.rig(adapted, STEPS);
        model.train(rig, STEPS);
        adapted.controller().finish();
        assertThat(model.loss(Pass.inference()).data().item()).isLessThan(before);
        if (c.method() instanceof FullMethod) {
            assertThat(model.weights()).isNotEqualTo(weights);
        } else {
            assertThat(model.weights()).isEqualTo(weights);
        }
        adapted.detach();
        assertThat(model.weights()).isEqualTo(weights);
        assertThat(model.logits()).isEqualTo(bare);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void asManyTripletsStayAsWereAskedFor(MethodCase c) {
        SmallModel model = c.fresh(DType.F32);
        AdaptedModel adapted = model.attach(c.method());
        Retained start = adapted.retained();
        assertThat(start.density()).isEqualTo(1);
        model.train(MethodCase.rig(adapted, STEPS), STEPS);
        double density = c.has("density") ? .5 : 1;
        assertThat(adapted.retained().triplets()).isEqualTo(Math.round(density * start.triplets()));
        assertThat(adapted.retained().initialTriplets()).isEqualTo(start.triplets());
        assertThat(adapted.retainedParameters()).isLessThanOrEqualTo(adapted.trainableParameters());
        if (density < 1) {
            assertThat(adapted.retainedParameters()).isLessThan(adapted.trainableParameters());
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void theMergedModelComputesTheSameAndUnmergingRestoresIt(MethodCase c) {
        SmallModel model = c.fresh(DType.F32);
        AdaptedModel adapted = model.attach(c.method());
        model.train(MethodCase.rig(adapted, STEPS), 6);
        double[] trained = model.logits();
        if (adapted.adapters().stream().allMatch(Mergeable.class::isInstance)) {
            try (Merge _ = Merge.of(adapted.adapters())) {
                assertThat(model.logits()).containsExactly(trained, within(2e-5));
            }
        } else {
            assertThatThrownBy(() -> Merge.of(adapted.adapters())).hasMessageContaining("stays beside the model");
        }
        // and nothing is left of it
        assertThat(model.logits()).isEqualTo(trained);
    }

    /** Some elements of everything that is trained, at a place where no factor is 0. */
    @ParameterizedTest
    @MethodSource("cases")
    void gradientsAreThoseOfCentralDifferences(MethodCase c) {
        SmallModel model = c.fresh(DType.F64);
        AdaptedModel adapted = model.attach(c.method());
        stir(adapted);
        model.loss(Pass.inference()).backward();
        int compared = 0;
        for (Map.Entry<String, Variable> parameter : trained(adapted).entrySet()) {
            double[] gradient = parameter.getValue().gradient().toDoubles();
            for (int place : new int[] {0, gradient.length / 2, gradient.length - 1}) {
                double difference = difference(model, parameter.getValue(), place);
                if (c.gradient()) {
                    assertThat(gradient[place])
                            .as("%s[%d]", parameter.getKey(), place)
                            .isCloseTo(difference, within(1e-6 * Math.max(1, Math.abs(difference))));
                }
                compared++;
            }
        }
        assertThat(compared).isPositive();
    }

    /** The controller's parameters that the task's loss reaches directly. */
    private static Map<String, Variable> trained(AdaptedModel adapted) {
        Map<String, Variable> trained = new LinkedHashMap<>();
        for (ParameterGroup group : adapted.controller().parameterGroups()) {
            trained.putAll(group.parameters());
        }
        trained.keySet().removeIf(name -> name.startsWith("salora."));
        return trained;
    }

    private static void stir(AdaptedModel adapted) {
        int stream = 0;
        for (Variable parameter : trained(adapted).values()) {
            double[] values = parameter.data().toDoubles();
            int of = stream++;
            Arrays.setAll(values, i -> values[i] + .3 * Philox.normal(21, of, 0, 0, i));
            parameter.data().write(values);
        }
    }

    private static double difference(SmallModel model, Variable parameter, int place) {
        double h = 1e-6;
        double[] values = parameter.data().toDoubles();
        double middle = values[place];
        double[] ends = new double[2];
        try (var _ = GradientMode.noGrad()) {
            for (int end = 0; end < 2; end++) {
                values[place] = middle + (end == 0 ? -h : h);
                parameter.data().write(values);
                ends[end] = model.loss(Pass.inference()).data().item();
            }
        }
        values[place] = middle;
        parameter.data().write(values);
        return (ends[1] - ends[0]) / (2 * h);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void permutingTripletsChangesNothing(MethodCase c) {
        SmallModel model = c.fresh(DType.F64);
        Method method = c.has("rank") ? c.method().with(Map.of("rank", "4")) : c.method();
        AdaptedModel adapted = model.attach(method);
        stir(adapted);
        double[] before = model.logits();
        List<Integer> order = IntStream.range(0, 4).boxed().collect(Collectors.toList());
        Collections.shuffle(order, new Random(5));
        Triplets permuted = Triplets.at(order.stream().mapToInt(j -> j).toArray());
        trained(adapted).forEach((name, parameter) -> permute(name, parameter.data(), permuted));
        assertThat(model.logits()).containsExactly(before, within(1e-10));
    }

    private static void permute(String name, Tensor parameter, Triplets permuted) {
        if (name.contains(".lora_A")) {
            parameter.write(permuted.rows(parameter).toDoubles());
        } else if (name.contains(".lora_B")) {
            parameter.write(permuted.columns(parameter).toDoubles());
        } else if (name.contains(".lora_E") || name.contains(".gate")) {
            parameter.write(permuted.elements(parameter).toDoubles());
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void aResumedRunHasTheBitsOfAnUninterruptedOne(MethodCase c) {
        SmallModel whole = c.fresh(DType.F32);
        AdaptedModel adapted = whole.attach(c.method());
        Rig rig = MethodCase.rig(adapted, STEPS);
        Map<Integer, Map<String, Tensor>> checkpoints = new LinkedHashMap<>();
        for (int interruption : new int[] {7, 13}) {
            whole.train(rig, interruption);
            checkpoints.put(interruption, rig.checkpoint());
        }
        whole.train(rig, STEPS);
        checkpoints.forEach((interruption, checkpoint) -> {
            SmallModel again = c.fresh(DType.F32);
            AdaptedModel resumed = again.attach(c.method());
            again.train(MethodCase.resume(resumed, STEPS, checkpoint, interruption), STEPS);
            resumed.controller().finish();
            assertThat(again.logits()).isEqualTo(whole.logits());
            assertThat(resumed.retained()).isEqualTo(adapted.retained());
        });
    }

    @ParameterizedTest
    @MethodSource("cases")
    void whatIsSavedComputesTheSameWhenItIsLoaded(MethodCase c) {
        SmallModel model = c.fresh(DType.F32);
        AdaptedModel adapted = model.attach(c.method());
        model.train(MethodCase.rig(adapted, STEPS), STEPS);
        double[] trained = model.logits();
        adapted.controller().finish();
        AdapterFolder.save(temporary.resolve("adapter"), adapted, BaseModel.at("small"));
        SmallModel fresh = c.fresh(DType.F32);
        AdaptedModel loaded =
                AdapterFolder.attach(temporary.resolve("adapter"), fresh.model(), fresh.backend, new Method.Run(1, 0));
        assertThat(fresh.logits()).containsExactly(trained, within(1e-5));
        AdapterFolder.save(temporary.resolve("adapter"), loaded, BaseModel.at("small"));
        SmallModel again = c.fresh(DType.F32);
        AdapterFolder.attach(temporary.resolve("adapter"), again.model(), again.backend, new Method.Run(1, 0));
        assertThat(again.logits()).isEqualTo(fresh.logits());
    }
}
