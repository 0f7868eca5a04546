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
import dev.rankine.transformer.site.LinearSite;
import dev.rankine.transformer.site.ResidualSite;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Folding adapters in: what cannot be folded stops it before anything changed; a pruned module stays plain. */
class MergeTest {
    private static final Backend REFERENCE = new ReferenceBackend();

    private final Chain model = new Chain(REFERENCE, DType.F64, 2, 5, 7, 3);
    private final Tensor x = model.normal(9, 1, Shape.of(2, 5));

    private AdaptedModel adapted() {
        AdaptedModel adapted = LoraMethod.standard().with(Map.of("rank", "2")).attach(model, new Method.Run(1, 0));
        for (Adapter adapter : adapted.adapters()) {
            Tensor b = ((Lora) adapter).b().data();
            b.write(model.normal(12, 1, b.shape()).toDoubles());
        }
        return adapted;
    }

    @Test
    void anAdapterBesideTheWeightsStopsTheMergeBeforeItBegins() {
        AdaptedModel adapted = adapted();
        double[] before = model.numbers(x);
        List<Adapter> mixed = new ArrayList<>(adapted.adapters());
        mixed.add(new Bottleneck());
        assertThatThrownBy(() -> Merge.of(mixed))
                .hasMessageContaining("a bottleneck")
                .hasMessageContaining("stays beside");
        assertThat(model.numbers(x)).isEqualTo(before);
        assertThat(model.sites().linear()).allMatch(LinearSite::isOccupied);
    }

    @Test
    void aModuleWithoutTripletsIsPlainBeforeWithinAndAfter() {
        AdaptedModel adapted = adapted();
        Lora first = (Lora) adapted.adapters().getFirst();
        first.shrink(Triplets.at(), new double[2]);
        LinearSite site = first.site();
        double[] pruned = model.numbers(x);
        try (Merge _ = Merge.of(adapted.adapters())) {
            assertThat(model.numbers(x)).containsExactly(pruned, within(1e-12));
        }
        assertThat(site.isOccupied()).isFalse();
        assertThat(model.numbers(x)).isEqualTo(pruned);
        assertThat(first.mergedWeight().toDoubles())
                .isEqualTo(site.weight().data().toDoubles());
    }

    @Test
    void halfPrecisionWeightsAreMergedInF32() {
        Tensor bits = Tensor.zeros(REFERENCE, DType.BF16, Shape.of(3, 4));
        LinearSite site = new LinearSite("fc", Variable.constant(bits), null);
        Lora lora = Lora.start(site, 2, 1, 0, 1);
        Tensor b = lora.b().data();
        b.write(1.0, 0, 0, 0, 0, 0);
        assertThat(lora.mergedWeight().dtype()).isEqualTo(DType.F32);
        double[] firstRow = lora.a().data().slice(0, 0, 1).toDoubles();
        assertThat(lora.mergedWeight().slice(0, 0, 1).toDoubles()).isEqualTo(firstRow);
    }

    /** What has no form as a change of a weight. */
    private static final class Bottleneck implements SublayerAdapter {
        @Override
        public ResidualSite site() {
            return new ResidualSite("layers.0", ResidualSite.Sublayer.ATTENTION, 4);
        }

        @Override
        public Map<String, Variable> parameters() {
            return Map.of();
        }

        @Override
        public String toString() {
            return "a bottleneck";
        }
    }
}
