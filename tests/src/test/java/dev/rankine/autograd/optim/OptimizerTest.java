package dev.rankine.autograd.optim;

import static dev.rankine.autograd.optim.Parameters.REFERENCE;
import static dev.rankine.autograd.optim.Parameters.giveGradient;
import static dev.rankine.autograd.optim.Parameters.parameter;
import static dev.rankine.autograd.optim.Parameters.tensor;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.rankine.autograd.Variable;
import dev.rankine.tensor.DType;
import dev.rankine.tensor.Scope;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds of every optimiser: state, restoring, shrinking, groups. */
class OptimizerTest {
    static List<Function<OptimizerGroup, Optimizer>> optimizers() {
        return List.of(AdamW::new, Sgd::new, group -> new Sgd(0.9, List.of(group)));
    }

    private static Variable matrix(double... values) {
        return Variable.parameter(Tensor.of(REFERENCE, DType.F64, Shape.of(values.length / 2, 2), values));
    }

    @ParameterizedTest
    @MethodSource("optimizers")
    void aParameterWithoutGradientStaysAsItIs(Function<OptimizerGroup, Optimizer> make) {
        Variable weight = parameter(1);
        Optimizer optimizer = make.apply(OptimizerGroup.of(Map.of("w", weight)).withWeightDecay(0.5));
        optimizer.step(0.1);
        assertThat(weight.data().item()).isEqualTo(1);
        assertThat(optimizer.state().get("w.steps").toLongs()).containsExactly(0);
        giveGradient(weight, 1);
        optimizer.clearGradients();
        assertThat(weight.gradient()).isNull();
    }

    @ParameterizedTest
    @MethodSource("optimizers")
    void aRestoredOptimizerGoesOnWithTheSameBits(Function<OptimizerGroup, Optimizer> make) {
        Variable weight = parameter(1, 2);
        Optimizer optimizer = make.apply(OptimizerGroup.of(Map.of("w", weight)));
        for (int t = 0; t < 3; t++) {
            giveGradient(weight, 1 + t, -2);
            optimizer.step(0.1);
        }
        Variable twin = parameter(weight.data().toDoubles());
        Optimizer restored = make.apply(OptimizerGroup.of(Map.of("w", twin)));
        restored.restore(optimizer.state());
        for (int t = 0; t < 2; t++) {
            giveGradient(weight, 0.5, t);
            giveGradient(twin, 0.5, t);
            optimizer.step(0.05);
            restored.step(0.05);
        }
        assertThat(twin.data().toDoubles()).isEqualTo(weight.data().toDoubles());
    }

    @ParameterizedTest
    @MethodSource("optimizers")
    void theKeptRowsOfAShrunkParameterMoveAsIfNothingHadHappened(Function<OptimizerGroup, Optimizer> make) {
        Variable whole = matrix(1, 2, 3, 4, 5, 6);
        Variable shrinking = matrix(1, 2, 3, 4, 5, 6);
        Optimizer reference = make.apply(OptimizerGroup.of(Map.of("w", whole)));
        Optimizer optimizer = make.apply(OptimizerGroup.of(Map.of("w", shrinking)));
        giveGradient(whole, 1, -1, 2, -2, 3, -3);
        giveGradient(shrinking, 1, -1, 2, -2, 3, -3);
        reference.step(0.1);
        optimizer.step(0.1);

        Variable kept = Variable.parameter(shrinking.data().slice(0, 1, 3).clone(DType.F64));
        optimizer.replace(shrinking, kept, memory -> memory.slice(0, 1, 3));
        assertThat(optimizer.parameters()).containsExactly(kept);
        giveGradient(whole, 0, 0, 0.1, 0.2, 0.3, 0.4);
        giveGradient(kept, 0.1, 0.2, 0.3, 0.4);
        reference.step(0.1);
        optimizer.step(0.1);
        assertThat(kept.data().toDoubles())
                .isEqualTo(whole.data().slice(0, 1, 3).toDoubles());
    }

    @Test
    void aParameterMayShrinkToNothing() {
        Variable weight = matrix(1, 2);
        AdamW optimizer = new AdamW(OptimizerGroup.of(Map.of("w", weight)));
        Variable nothing = Variable.parameter(Tensor.zeros(REFERENCE, DType.F64, Shape.of(0, 2)));
        optimizer.replace(weight, nothing, memory -> memory.slice(0, 0, 0));
        giveGradient(nothing);
        optimizer.step(0.1);
        assertThat(optimizer.state().get("w.m").shape()).isEqualTo(Shape.of(0, 2));
    }

    @Test
    void replacingAsksForAKnownParameterAndMemoryOfItsShape() {
        Variable weight = matrix(1, 2, 3, 4);
        AdamW optimizer = new AdamW(OptimizerGroup.of(Map.of("w", weight)));
        assertThatThrownBy(() -> optimizer.replace(parameter(1), parameter(1), memory -> memory))
                .hasMessageContaining("not a parameter of this optimiser");
        assertThatThrownBy(() -> optimizer.replace(weight, matrix(1, 2), memory -> memory))
                .hasMessageContaining("w.m must be [1, 2], got [2, 2]");
        assertThat(optimizer.parameters()).containsExactly(weight);
    }

    @Test
    void aStateThatDoesNotFitChangesNothing() {
        AdamW optimizer = new AdamW(OptimizerGroup.of(Map.of("w", parameter(1, 2))));
        Map<String, Tensor> state = new LinkedHashMap<>(optimizer.state());
        state.put("w.m", tensor(7, 7));
        Map<String, Tensor> wrongShape = new LinkedHashMap<>(state);
        wrongShape.put("w.v", tensor(1, 2, 3));
        assertThatThrownBy(() -> optimizer.restore(wrongShape)).hasMessageContaining("w.v must be [2], got [3]");
        Map<String, Tensor> missing = new LinkedHashMap<>(state);
        missing.remove("w.v");
        assertThatThrownBy(() -> optimizer.restore(missing)).hasMessageContaining("w.v is missing");
        Map<String, Tensor> unknown = new LinkedHashMap<>(state);
        unknown.put("u.m", tensor(1));
        assertThatThrownBy(() -> optimizer.restore(unknown)).hasMessageContaining("[u.m]");
        Map<String, Tensor> wrongType = new LinkedHashMap<>(state);
        wrongType.put("w.v", Tensor.of(REFERENCE, Shape.of(2), 1, 2));
        assertThatThrownBy(() -> optimizer.restore(wrongType)).hasMessageContaining("w.v must be F64, got F32");
        assertThat(optimizer.state().get("w.m").toDoubles()).containsOnly(0);
        optimizer.restore(state);
        assertThat(optimizer.state().get("w.m").toDoubles()).containsOnly(7);
    }

    @Test
    void groupsHaveTheirOwnRatesAndNamesAreUnique() {
        Variable slow = parameter(0);
        Variable fast = parameter(0);
        OptimizerGroup first = OptimizerGroup.of(Map.of("slow", slow));
        OptimizerGroup second = OptimizerGroup.of(Map.of("fast", fast)).withRateFactor(10);
        Sgd optimizer = new Sgd(0, List.of(first, second));
        giveGradient(slow, 1);
        giveGradient(fast, 1);
        optimizer.step(0.1);
        assertThat(slow.data().item()).isCloseTo(-0.1, within(1e-15));
        assertThat(fast.data().item()).isCloseTo(-1, within(1e-15));
        assertThatThrownBy(() -> new Sgd(0, List.of(first, first))).hasMessageContaining("named 'slow'");
    }

    @Test
    void momentumFollowsItsRecurrence() {
        Variable weight = parameter(1);
        Sgd optimizer =
                new Sgd(0.5, List.of(OptimizerGroup.of(Map.of("w", weight)).withWeightDecay(0.1)));
        giveGradient(weight, 2);
        optimizer.step(0.1);
        // w = 1 - .1 (.1 + 2) = .79; u = .5 * 2 + 4 = 5; w = .79 - .1 (.079 + 5)
        giveGradient(weight, 4);
        optimizer.step(0.1);
        assertThat(weight.data().item()).isCloseTo(0.79 - 0.1 * (0.079 + 5), within(1e-15));
    }

    @Test
    void aWarmStepInAScopeAllocatesNothingThatStays() {
        Variable weight = parameter(1, 2);
        AdamW optimizer = new AdamW(OptimizerGroup.of(Map.of("w", weight)));
        giveGradient(weight, 1, 1);
        try (Scope step = Scope.open(REFERENCE)) {
            optimizer.step(0.1);
            assertThat(step.leases()).isPositive();
        }
        optimizer.step(0.1);
        assertThat(optimizer.state().values()).allMatch(Tensor::isAlive);
    }

    @Test
    void settingsAreChecked() {
        OptimizerGroup group = OptimizerGroup.of(Map.of("w", parameter(1)));
        assertThatThrownBy(() -> group.withRateFactor(0)).hasMessageContaining("rate factor");
        assertThatThrownBy(() -> group.withWeightDecay(-1)).hasMessageContaining("weight decay");
        assertThatThrownBy(() -> group.ascending().withWeightDecay(0.1)).hasMessageContaining("ascent");
        assertThatThrownBy(() -> new AdamW.Settings(1, 0.9, 1e-8)).hasMessageContaining("beta1 must be in [0, 1)");
        assertThatThrownBy(() -> new AdamW.Settings(0.9, 0.9, 0)).hasMessageContaining("epsilon");
        assertThatThrownBy(() -> new Sgd(1, List.of(group))).hasMessageContaining("momentum");
        assertThatThrownBy(() -> new AdamW(group).step(-1)).hasMessageContaining("rate");
        assertThatThrownBy(() -> new AdamW(group).step(Double.NaN)).hasMessageContaining("rate");
        Variable half = Variable.constant(Tensor.zeros(REFERENCE, DType.F16, Shape.of(2)));
        assertThatThrownBy(() -> OptimizerGroup.of(Map.of("half", half))).hasMessageContaining("'half'");
    }
}
