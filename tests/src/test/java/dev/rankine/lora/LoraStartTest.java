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
import dev.rankine.transformer.site.LinearSite;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** How LoRA begins: its law of A, its scale, its first steps, and the ranks and sites that it refuses. */
class LoraStartTest {
    private static final Backend REFERENCE = new ReferenceBackend();

    @Property
    void scalesFollowAlphaAndRank(
            @ForAll @DoubleRange(min = .5, max = 64) double alpha, @ForAll @IntRange(min = 1, max = 8) int rank) {
        Chain model = new Chain(REFERENCE, DType.F64, 1, 8, 9);
        for (Method method : List.of(LoraMethod.standard(), LoraMethod.rankStabilized())) {
            Method asked = method.with(Map.of("alpha", "" + alpha, "rank", "" + rank));
            AdaptedModel adapted = asked.attach(model, new Method.Run(3, 0));
            Lora lora = (Lora) adapted.adapters().getFirst();
            double divisor = method.name().equals("lora") ? rank : Math.sqrt(rank);
            assertThat(lora.scale()).isCloseTo(alpha / divisor, within(1e-12));
            adapted.detach();
        }
    }

    @Test
    void theStartIsUniformWithThePapersVarianceAndItsOwnNumbersForEveryModule() {
        Chain model = new Chain(REFERENCE, DType.F32, 1, 300, 200, 300);
        AdaptedModel adapted = LoraMethod.standard().with(Map.of("rank", "100")).attach(model, new Method.Run(5, 0));
        for (Adapter adapter : adapted.adapters()) {
            Lora lora = (Lora) adapter;
            double[] a = lora.a().data().toDoubles();
            int inputs = lora.site().inputs();
            double bound = 1 / Math.sqrt(inputs);
            assertThat(Arrays.stream(a).map(Math::abs).max().orElse(0)).isBetween(.999 * bound, bound);
            double variance = Arrays.stream(a).map(v -> v * v).average().orElse(0);
            // the variance of v^2 for a uniform v is 4/45 bound^4
            double error = Math.sqrt(4.0 / 45 / a.length) * bound * bound;
            assertThat(variance).isCloseTo(1.0 / (3 * inputs), within(4 * error));
            assertThat(Arrays.stream(a).average().orElse(1))
                    .isCloseTo(0, within(4 * bound / Math.sqrt(3.0 * a.length)));
            assertThat(lora.b().data().toDoubles()).containsOnly(0);
        }
        double[] first = ((Lora) adapted.adapters().get(0)).a().data().toDoubles();
        double[] second = ((Lora) adapted.adapters().get(1)).a().data().toDoubles();
        assertThat(first[0] * Math.sqrt(300)).isNotEqualTo(second[0] * Math.sqrt(200));
    }

    @Test
    void theFirstStepMovesBOnlyAndNeverW0() {
        Chain model = new Chain(REFERENCE, DType.F64, 2, 5, 7, 3);
        AdaptedModel adapted = LoraMethod.standard().with(Map.of("rank", "2")).attach(model, new Method.Run(5, 0));
        Rig rig = new Rig(adapted.controller(), REFERENCE, 5, 10, .01);
        Tensor x = model.normal(50, 1, Shape.of(4, 5));
        Tensor target = model.normal(51, 1, Shape.of(4, 3));
        List<double[]> w0 = model.frozen();
        List<double[]> a = adapted.adapters().stream()
                .map(l -> ((Lora) l).a().data().toDoubles())
                .toList();
        rig.step(() -> model.loss(x, target, model.training(4, 0)));
        for (int i = 0; i < a.size(); i++) {
            Lora lora = (Lora) adapted.adapters().get(i);
            assertThat(lora.a().data().toDoubles()).isEqualTo(a.get(i));
            assertThat(lora.b().data().toDoubles()).doesNotContain(0);
        }
        rig.step(() -> model.loss(x, target, model.training(4, 1)));
        assertThat(((Lora) adapted.adapters().getFirst()).a().data().toDoubles())
                .isNotEqualTo(a.getFirst());
        for (int i = 0; i < w0.size(); i++) {
            assertThat(model.frozen().get(i)).isEqualTo(w0.get(i));
        }
    }

    @Test
    void dropoutTouchesTheAdaptersInputOnlyAndOnlyInTraining() {
        Chain model = new Chain(REFERENCE, DType.F64, 2, 50, 3);
        double[] bare = model.numbers(model.normal(9, 1, Shape.of(2, 50)));
        LinearSite site = model.sites().linear().getFirst();
        Tensor a = model.normal(10, 1, Shape.of(2, 50));
        Lora silent = new Lora(site, a, Tensor.zeros(REFERENCE, DType.F64, Shape.of(3, 2)), 1, .5);
        silent.attach();
        Variable x = Variable.constant(model.normal(9, 1, Shape.of(2, 50)));
        assertThat(model.apply(x, model.training(2, 0)).data().toDoubles()).isEqualTo(bare);
        silent.detach();
        Lora loud = new Lora(site, a, model.normal(11, 1, Shape.of(3, 2)), 1, .5);
        loud.attach();
        double[] inference = model.apply(x, Pass.inference()).data().toDoubles();
        assertThat(model.apply(x, Pass.inference()).data().toDoubles()).isEqualTo(inference);
        assertThat(model.apply(x, model.training(2, 0)).data().toDoubles()).isNotEqualTo(inference);
    }

    @Test
    void ranksThatDoNotFitAreRefusedByTheModulesName() {
        LinearSite site =
                new Chain(REFERENCE, DType.F64, 2, 5, 3).sites().linear().getFirst();
        for (int rank : new int[] {0, 4}) {
            assertThatThrownBy(() -> Lora.start(site, rank, 1, 0, 1))
                    .hasMessageContaining("layers.0.fc")
                    .hasMessageContaining("1 to 3");
        }
    }

    @Test
    void aTakenSiteIsLeftAsItWas() {
        Chain model = new Chain(REFERENCE, DType.F64, 2, 5, 3, 4);
        Lora occupant = Lora.start(model.sites().linear().get(1), 1, 1, 0, 1);
        occupant.attach();
        Method method = LoraMethod.standard().with(Map.of("rank", "1"));
        assertThatThrownBy(() -> method.attach(model, new Method.Run(1, 0))).hasMessageContaining("layers.1.fc");
        assertThat(model.sites().linear().get(0).isOccupied()).isFalse();
        assertThat(model.sites().linear().get(1).isOccupied()).isTrue();
    }
}
