package dev.rankine.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rankine.lora.Method;
import dev.rankine.lora.Methods;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class VariantsTest {
    private static Variants variants(
            Map<String, String> usual, Map<String, String> others, @Nullable Sweep sweep, String... names) {
        List<Method> methods = Stream.of(names).map(Methods::named).toList();
        return new Variants(methods, usual, others, sweep, true);
    }

    private static Variant named(Variants variants, String label) {
        return variants.all().stream()
                .filter(variant -> variant.label().equals(label))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void loraOfTheFinalRankAndTheYardstickJoinAtABudget() {
        Variants variants = variants(Map.of("rank", "6", "density", ".5"), Map.of(), null, "lora", "salora");
        assertThat(variants.all())
                .extracting(Variant::label)
                .containsExactly("lora", "salora", "lora-final", "truncated");
        assertThat(variants.all()).extracting(Variant::reference).containsExactly(false, false, true, true);
        Variant small = named(variants, "lora-final");
        assertThat(small.name()).isEqualTo("lora, rank 3");
        assertThat(small.method().settings()).containsEntry("rank", "3").containsEntry("alpha", "8.0");
        assertThat(named(variants, "truncated").method().settings())
                .containsEntry("rank", "6")
                .containsEntry("density", "0.5");
        assertThat(small.folder(7)).isEqualTo("lora-final-7");
        assertThat(small.arguments()).containsExactly("--method", "lora", "--set", "rank=3", "--set", "alpha=8.0");
    }

    @Test
    void withoutABudgetNothingJoins() {
        assertThat(variants(Map.of(), Map.of(), null, "lora", "rslora").all())
                .extracting(Variant::label)
                .containsExactly("lora", "rslora");
        assertThat(variants(Map.of("density", "1"), Map.of(), null, "salora").all())
                .hasSize(1);
        Variants none = new Variants(List.of(Methods.named("salora")), Map.of(), Map.of(), null, false);
        assertThat(none.all()).hasSize(1);
    }

    @Test
    void aYardstickThatWasAskedForIsThereOnce() {
        Variants variants = variants(Map.of(), Map.of(), null, "truncated", "salora");
        assertThat(variants.all()).extracting(Variant::label).containsExactly("truncated", "salora", "lora-final");
        assertThat(named(variants, "truncated").reference()).isTrue();
    }

    @Test
    void everyMethodThatCanBeCutHasTheSameBudget() {
        Variants variants = variants(Map.of(), Map.of(), null, "salora", "sora");
        assertThat(named(variants, "sora").method().settings()).containsEntry("density", "0.5");
        assertThatThrownBy(() -> variants(Map.of(), Map.of("salora.density", ".25"), null, "salora", "adalora"))
                .hasMessageContaining("density 0.25 of rank 8, density 0.5 of rank 8");
    }

    @Test
    void settingsOfOneMethodAreItsOwn() {
        Variants variants = variants(Map.of(), Map.of("salora.beta", ".2", "dropout", ".1"), null, "salora", "adalora");
        assertThat(named(variants, "salora").method().settings())
                .containsEntry("beta", "0.2")
                .containsEntry("dropout", "0.1");
        assertThat(named(variants, "lora-final").method().settings()).containsEntry("dropout", "0.1");
        Variants phases = variants(Map.of(), Map.of("start", ".3", "lora.start", "gaussian"), null, "salora");
        assertThat(named(phases, "salora").method().settings()).containsEntry("start", "0.3");
        assertThat(named(phases, "lora-final").method().settings()).containsEntry("start", "gaussian");
        assertThat(named(variants, "adalora").arguments())
                .containsExactly("--method", "adalora", "--set", "dropout=0.1");
        assertThatThrownBy(() -> variants(Map.of(), Map.of("beta0", "1"), null, "salora", "lora"))
                .hasMessageContaining("'beta0'")
                .hasMessageContaining("lora: rank");
        assertThatThrownBy(() -> variants(Map.of("density", ".5"), Map.of(), null, "lora"))
                .hasMessageContaining("'density'");
    }

    @Test
    void aSweepVariesWhatHasTheSetting() {
        Sweep sweep = new Sweep("density", List.of("0.25", ".5"));
        Variants variants = variants(Map.of(), Map.of(), sweep, "lora", "salora");
        assertThat(variants.all())
                .extracting(Variant::label)
                .containsExactly(
                        "lora",
                        "salora-density0.25",
                        "lora-final-density0.25",
                        "truncated-density0.25",
                        "salora-density.5",
                        "lora-final-density.5",
                        "truncated-density.5");
        assertThat(named(variants, "lora").at()).isNull();
        assertThat(named(variants, "salora-density.5").at()).isEqualTo(.5);
        assertThat(named(variants, "lora-final-density0.25").method().settings())
                .containsEntry("rank", "2");
        Sweep ranks = new Sweep.Converter().convert("rank=2,4");
        assertThat(variants(Map.of(), Map.of(), ranks, "lora", "salora").all())
                .extracting(Variant::label)
                .contains("lora-rank2", "salora-rank4", "lora-final-rank2");
    }

    @Test
    void aFinalRankBelowOneIsLeftOutAloud() {
        Variants variants = variants(Map.of("rank", "4", "density", ".1"), Map.of(), null, "salora");
        assertThat(variants.all()).extracting(Variant::label).containsExactly("salora", "truncated");
        assertThat(variants.warnings()).singleElement().asString().contains("less than rank 1");
    }

    @Test
    void sweepsThatMeanNothingAreRefused() {
        assertThatThrownBy(() -> new Sweep.Converter().convert("2,4")).hasMessageContaining("say what to sweep");
        assertThatThrownBy(() -> new Sweep.Converter().convert("rank=2,two"))
                .hasMessageContaining("'two' is no number");
        assertThatThrownBy(() -> new Sweep.Converter().convert("rank=")).hasMessageContaining("'' is no number");
        assertThatThrownBy(() -> new Sweep("density", List.of(".5", "0.50"))).hasMessageContaining("twice");
        Sweep rank = new Sweep("rank", List.of("2"));
        assertThatThrownBy(() -> variants(Map.of("rank", "4"), Map.of(), rank, "lora"))
                .hasMessageContaining("swept and given");
        assertThatThrownBy(() -> variants(Map.of(), Map.of(), new Sweep("size", List.of("2")), "lora"))
                .hasMessageContaining("'size'");
    }
}
