package dev.rankine.lora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rankine.lora.peft.BaseModel;
import dev.rankine.lora.task.AdapterFolder;
import dev.rankine.tensor.DType;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import dev.rankine.tensor.reference.ReferenceBackend;
import dev.rankine.transformer.Activation;
import dev.rankine.transformer.site.Sites;
import dev.rankine.transformer.train.ParameterGroup.Rate;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Adapters of every method know their site, leave it, come back, and are taken up again from what they store. */
class AdaptersTest {
    static List<MethodCase> cases() {
        return MethodCase.all();
    }

    /** Those that are no low-rank product and no full fine-tuning. */
    static Stream<MethodCase> stored() {
        Set<String> names = Set.of("houlsby", "pfeiffer", "fusion", "prefix", "prompt");
        return cases().stream().filter(c -> names.contains(c.method().name()));
    }

    private static Set<String> paths(Sites sites) {
        return Stream.of(
                        sites.linear().stream().map(site -> site.path()),
                        sites.residual().stream().map(site -> site.path()),
                        sites.keyValue().stream().map(site -> site.path()),
                        sites.input().stream().map(site -> site.path()))
                .flatMap(path -> path)
                .collect(Collectors.toSet());
    }

    @ParameterizedTest
    @MethodSource("cases")
    void theyKnowTheirSiteAndComeAndGo(MethodCase c) {
        SmallModel model = c.fresh(DType.F64);
        double[] bare = model.logits();
        AdaptedModel adapted = model.attach(c.method());
        double[] with = model.logits();
        for (Adapter adapter : adapted.adapters()) {
            assertThat(paths(model.model().sites())).contains(adapter.path());
            assertThat(adapter.toString()).contains(adapter.path());
            assertThat(adapter.parameters().values())
                    .allMatch(parameter -> parameter.data().dtype() == DType.F64);
            adapter.attach();
        }
        assertThat(model.logits()).isEqualTo(with);
        for (int again = 0; again < 2; again++) {
            adapted.adapters().forEach(Adapter::detach);
            assertThat(model.logits()).isEqualTo(bare);
        }
        adapted.adapters().forEach(Adapter::attach);
        assertThat(model.logits()).isEqualTo(with);
    }

    @ParameterizedTest
    @MethodSource("stored")
    void whatIsStoredIsTakenUpAgain(MethodCase c, @TempDir Path folder) {
        SmallModel model = c.fresh(DType.F32);
        AdaptedModel adapted = model.attach(c.method());
        int place = 0;
        for (var parameter : adapted.parameters().values()) {
            double[] values = parameter.data().toDoubles();
            for (int i = 0; i < values.length; i++) {
                values[i] += .1 * Math.sin(place++);
            }
            parameter.data().write(values);
        }
        double[] expected = model.logits();
        adapted.controller().finish();
        AdapterFolder.save(folder.resolve("adapter"), adapted, BaseModel.at("small"));
        SmallModel fresh = c.fresh(DType.F32);
        AdaptedModel loaded =
                AdapterFolder.attach(folder.resolve("adapter"), fresh.model(), fresh.backend, new Method.Run(99, 0));
        assertThat(fresh.logits()).isEqualTo(expected);
        assertThat(loaded.adapters()).hasSameSizeAs(adapted.adapters());
    }

    @Test
    void aTrainedBottleneckMustFit() {
        Map<String, Tensor> weights = new HashMap<>();
        weights.put("p.down.weight", Tensor.zeros(new ReferenceBackend(), DType.F32, Shape.of(2, 5)));
        assertThatThrownBy(() -> Bottleneck.trained("p", 5, Activation.RELU, weights))
                .hasMessageContaining("no 'p.down.bias'");
        weights.put("p.down.bias", Tensor.zeros(new ReferenceBackend(), DType.F32, Shape.of(2)));
        weights.put("p.up.weight", Tensor.zeros(new ReferenceBackend(), DType.F32, Shape.of(6, 2)));
        weights.put("p.up.bias", Tensor.zeros(new ReferenceBackend(), DType.F32, Shape.of(6)));
        assertThatThrownBy(() -> Bottleneck.trained("p", 6, Activation.RELU, weights))
                .hasMessageContaining("p.down.weight must be [2, 6], got [2, 5]");
        assertThatThrownBy(() -> Bottleneck.trained("q", 6, Activation.RELU, weights))
                .hasMessageContaining("no 'q.down.weight'");
    }

    @Test
    void doraTellsItsRankAndScale() {
        SmallModel model = SmallModel.Kind.BART.make(new ReferenceBackend(), DType.F64, 11);
        Dora dora = (Dora) model.attach(Methods.named("dora").with(Map.of("rank", "2", "alpha", "3")))
                .adapters()
                .getFirst();
        assertThat(dora.initialRank()).isEqualTo(2);
        assertThat(dora.rank()).isEqualTo(2);
        assertThat(dora.scale()).isEqualTo(1.5);
        assertThat(dora.a().shape().dim(0)).isEqualTo(2);
        assertThat(dora.b().shape().dim(1)).isEqualTo(2);
    }

    /** LoRA+ moves B faster than A; at a ratio of 1 there is nothing to tell apart. */
    @Test
    void bHasARateOfItsOwn() {
        SmallModel model = SmallModel.Kind.BART.make(new ReferenceBackend(), DType.F64, 11);
        AdaptedModel plain = model.attach(Methods.named("lora").with(Map.of("rank", "2")));
        assertThat(plain.controller().parameterGroups()).hasSize(1);
        plain.detach();
        AdaptedModel plus = model.attach(Methods.named("lora").with(Map.of("rank", "2", "b-rate-ratio", "16")));
        Map<String, Double> rates = new HashMap<>();
        plus.controller()
                .parameterGroups()
                .forEach(group -> group.parameters().keySet().forEach(name -> {
                    double factor = group.rate() instanceof Rate.Scheduled(double scheduled) ? scheduled : Double.NaN;
                    rates.put(name, factor);
                }));
        assertThat(rates).hasSameSizeAs(plus.parameters());
        rates.forEach((name, rate) -> assertThat(rate).isEqualTo(name.contains(".lora_B") ? 16 : 1));
    }
}
