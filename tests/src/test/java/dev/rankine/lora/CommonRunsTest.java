package dev.rankine.lora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.within;

import dev.rankine.autograd.Variable;
import dev.rankine.tensor.Backend;
import dev.rankine.tensor.DType;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import dev.rankine.tensor.reference.ReferenceBackend;
import dev.rankine.transformer.site.LinearSite;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is true of the runs of every method: budgets, cuts, lengths, repetition, and what is refused before the first step. */
class CommonRunsTest {
    private static final Backend REFERENCE = new ReferenceBackend();
    private static final int STEPS = 10;

    private static final List<MethodCase> CASES = MethodCase.all();

    static List<MethodCase> cases() {
        return CASES;
    }

    private static Stream<MethodCase> with(Predicate<MethodCase> condition) {
        return CASES.stream().filter(condition);
    }

    static Stream<MethodCase> withTargets() {
        return with(c -> c.has("targets"));
    }

    static Stream<MethodCase> withDensity() {
        return with(c -> c.has("density"));
    }

    /** Those that cut triplets with the gates that evaluations see; the yardstick cuts singular values instead. */
    static Stream<MethodCase> cutting() {
        return withDensity()
                .filter(c -> !(c.method() instanceof TruncatedLoraMethod)
                        && !"binary".equals(c.method().settings().get("kept-gate")));
    }

    // ---- budgets ----

    @ParameterizedTest
    @MethodSource("withDensity")
    void everyDensityKeepsExactlyItsShare(MethodCase c) {
        for (double density : new double[] {.05, .63, 1}) {
            SmallModel model = c.fresh(DType.F32);
            AdaptedModel adapted = model.attach(c.method().with(Map.of("density", "" + density)));
            long triplets = adapted.retained().triplets();
            model.train(MethodCase.rig(adapted, STEPS), STEPS);
            adapted.controller().finish();
            assertThat(adapted.retained().triplets()).isEqualTo(Math.round(density * triplets));
            assertThat(adapted.retained().initialTriplets()).isEqualTo(triplets);
        }
    }

    @ParameterizedTest
    @MethodSource("withDensity")
    void aBudgetBelowOneTripletIsRefusedAndTheModelStaysFree(MethodCase c) {
        SmallModel model = c.fresh(DType.F32);
        Method method = c.method().with(Map.of("density", ".001"));
        assertThatThrownBy(() -> model.attach(method))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("keeps none");
        assertThat(model.model().sites().linear()).noneMatch(site -> site.isOccupied());
        assertThatThrownBy(() -> c.method().with(Map.of("density", "1.01"))).hasMessageContaining("density must be in");
    }

    // ---- cuts ----

    /** The model whose lost triplets are masked and the one that they have left give the same, in either precision. */
    @ParameterizedTest
    @MethodSource("cutting")
    void theShrunkenModelComputesWhatTheMaskedOneDoes(MethodCase c) {
        assertShrinksToTheMask(c, DType.F32, 1e-5);
        assertShrinksToTheMask(c, DType.F64, 1e-12);
    }

    private static void assertShrinksToTheMask(MethodCase c, DType dtype, double tolerance) {
        SmallModel model = c.fresh(dtype);
        AdaptedModel adapted = model.attach(c.method());
        Rig rig = MethodCase.rig(adapted, STEPS);
        int cuts = 0;
        while (rig.at() < STEPS) {
            rig.update(() -> model.loss(rig.at()));
            List<PlainFactors> before =
                    adapted.lowRank().stream().map(LowRank::export).toList();
            long triplets = adapted.retained().triplets();
            rig.shrink();
            if (adapted.retained().triplets() < triplets) {
                double[] shrunken = model.logits();
                adapted.adapters().forEach(Adapter::detach);
                assertThat(masked(c, dtype, adapted, before)).containsExactly(shrunken, within(tolerance));
                adapted.adapters().forEach(Adapter::attach);
                assertThat(model.logits()).isEqualTo(shrunken);
                cuts++;
            }
        }
        assertThat(cuts).isPositive();
    }

    /** What a model gives whose changes are those from before, but for the triplets that are not left. */
    private static double[] masked(MethodCase c, DType dtype, AdaptedModel after, List<PlainFactors> before) {
        SmallModel model = c.fresh(dtype);
        for (int i = 0; i < before.size(); i++) {
            PlainFactors whole = before.get(i);
            List<List<Double>> left = rows(after.lowRank().get(i).parameters());
            double[] open = new double[whole.rank()];
            Arrays.setAll(open, j -> left.contains(row(whole.a(), j)) ? 1 : 0);
            assertThat(Arrays.stream(open).sum())
                    .isEqualTo(after.lowRank().get(i).rank());
            LinearSite site = model.model().sites().linear().get(i);
            assertThat(site.path()).isEqualTo(whole.path());
            Tensor b = Triplets.all(open.length).scaledColumns(whole.b(), open);
            new Lora(site, whole.a(), b, 1, 0).attach();
        }
        return model.logits();
    }

    /** The rows of A. */
    private static List<List<Double>> rows(Map<String, Variable> parameters) {
        Tensor a = parameters.entrySet().stream()
                .filter(parameter -> parameter.getKey().contains(".lora_A"))
                .map(parameter -> parameter.getValue().data())
                .findFirst()
                .orElseThrow();
        return IntStream.range(0, a.shape().dim(0)).mapToObj(j -> row(a, j)).toList();
    }

    private static List<Double> row(Tensor x, int j) {
        return SmallModel.copy(Variable.constant(x.slice(0, j, j + 1)));
    }

    // ---- lengths ----

    /** A schedule fits a run of any length or refuses it, with a reason and before anything has changed. */
    @ParameterizedTest
    @MethodSource("cases")
    void shortRunsAreFinishedOrRefusedBeforeTheFirstStep(MethodCase c) {
        for (int steps : new int[] {1, 2, 3, 7}) {
            SmallModel model = c.fresh(DType.F32);
            AdaptedModel adapted = model.attach(c.method());
            Map<String, List<Double>> start = numbers(adapted);
            Retained whole = adapted.retained();
            Rig rig = MethodCase.rig(adapted, steps);
            Throwable refusal = catchThrowable(() -> c.method().review(steps));
            if (refusal != null) {
                assertThat(refusal).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("" + steps);
                assertThatThrownBy(() -> model.train(rig, steps))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessage(refusal.getMessage());
                assertThat(numbers(adapted)).isEqualTo(start);
                assertThat(adapted.retained()).isEqualTo(whole);
            } else {
                model.train(rig, steps);
                adapted.controller().finish();
                assertThat(numbers(adapted)).isNotEqualTo(start);
                double density = c.has("density") ? .5 : 1;
                assertThat(adapted.retained().triplets()).isEqualTo(Math.round(density * whole.triplets()));
            }
        }
    }

    private static Map<String, List<Double>> numbers(AdaptedModel adapted) {
        Map<String, List<Double>> numbers = new LinkedHashMap<>();
        adapted.parameters().forEach((name, parameter) -> numbers.put(name, SmallModel.copy(parameter)));
        return numbers;
    }

    // ---- repetition ----

    @ParameterizedTest
    @MethodSource("cases")
    void theSameRunHasTheSameBits(MethodCase c) {
        assertThat(trained(c)).isEqualTo(trained(c));
    }

    private static Map<String, List<Double>> trained(MethodCase c) {
        SmallModel model = c.fresh(DType.F32);
        AdaptedModel adapted = model.attach(c.method());
        model.train(MethodCase.rig(adapted, STEPS), STEPS);
        Map<String, List<Double>> numbers = numbers(adapted);
        numbers.put("logits", Arrays.stream(model.logits()).boxed().toList());
        return numbers;
    }

    // ---- refusals ----

    @ParameterizedTest
    @MethodSource("withTargets")
    void targetsThatMatchNothingAreRefusedWithWhatThereIs(MethodCase c) {
        SmallModel model = c.fresh(DType.F32);
        assertThatThrownBy(() -> model.attach(c.method().with(Map.of("targets", "fc1,q_prj"))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'q_prj'")
                .hasMessageContaining("there are: fc1, fc2, k_proj");
        assertThat(model.model().sites().linear()).noneMatch(site -> site.isOccupied());
    }

    /** A checkpoint belongs to its method: any other that keeps a state of its own sees that it is foreign. */
    @Test
    void checkpointsOfEveryOtherMethodAreRefused() {
        Map<String, AdaptedModel> stateful = new LinkedHashMap<>();
        for (MethodCase c : CASES) {
            AdaptedModel adapted = c.fresh(DType.F32).attach(c.method());
            if (!adapted.controller().state().isEmpty()) {
                stateful.putIfAbsent(c.method().name(), adapted);
            }
        }
        assertThat(stateful).containsKeys("adalora", "salora", "sora", "salientlora", "truncated");
        stateful.forEach((own, adapted) -> stateful.forEach((other, foreign) -> {
            if (!own.equals(other)) {
                Map<String, Tensor> state = foreign.controller().state();
                assertThatThrownBy(() -> adapted.controller().restore(state))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining(own + ": the checkpoint holds no")
                        .hasMessageContaining("another method");
            }
        }));
    }

    @Test
    void aStateOfAnotherShapeIsRefused() {
        SavedState saved = new SavedState("sora", Map.of("kept", Tensor.ofLongs(REFERENCE, Shape.of(2), 1, 0)));
        assertThatThrownBy(() -> saved.flags("kept", 3)).hasMessageContaining("of shape [2], this model needs [3]");
        assertThat(saved.flags("kept", 2)).containsExactly(true, false);
    }
}
