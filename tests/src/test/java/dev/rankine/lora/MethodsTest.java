package dev.rankine.lora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rankine.tensor.DType;
import dev.rankine.tensor.reference.ReferenceBackend;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The registry of methods, their settings, and the choice of targets. */
class MethodsTest {
    private final Chain model = new Chain(new ReferenceBackend(), DType.F32, 1, 9, 8, 10);

    static Stream<Method> methods() {
        return Methods.all().stream().filter(method -> method.settings().containsKey("rank"));
    }

    @ParameterizedTest
    @MethodSource("methods")
    void everyMethodIsFoundByItsNameAndTakesItsOwnSettings(Method method) {
        assertThat(Methods.named(method.name())).isEqualTo(method);
        assertThat(method.title()).isNotBlank();
        assertThat(method.with(method.settings())).isEqualTo(method);
        AdaptedModel adapted = method.attach(model, new Method.Run(1, 0));
        assertThat(adapted.method()).isEqualTo(method);
        assertThat(adapted.adapters()).hasSize(2);
        long factors = 8 * (9 + 8 + 8 + 10);
        long lambdas = adapted.adapters().getFirst() instanceof SvdLora ? 16 : 0;
        long magnitudes = adapted.adapters().getFirst() instanceof Dora ? 8 + 10 : 0;
        assertThat(adapted.trainableParameters()).isEqualTo(factors + lambdas + magnitudes);
        assertThat(adapted.retained().rank()).containsExactly(Map.entry("layers.0.fc", 8), Map.entry("layers.1.fc", 8));
        assertThat(adapted.retained().parameterDensity()).isEqualTo(1);
        adapted.detach();
        assertThat(model.sites().linear()).noneMatch(site -> site.isOccupied());
    }

    @Test
    void anUnknownMethodIsRefusedWithTheList() {
        assertThatThrownBy(() -> Methods.named("lorra"))
                .hasMessageContaining("'lorra'")
                .hasMessageContaining("lora, rslora, dora, adalora, salora, sora");
    }

    @Test
    void anUnknownSettingIsRefusedWithTheList() {
        assertThatThrownBy(() -> Methods.named("lora").with(Map.of("gate-rate", "1")))
                .hasMessageContaining("'gate-rate'")
                .hasMessageContaining("rank, alpha, scaling, start, b-rate-ratio, dropout, targets");
    }

    @ParameterizedTest
    @CsvSource({
        "lora, rank, 0, at least 1",
        "lora, rank, x, no number",
        "lora, alpha, -1, above 0",
        "lora, alpha, NaN, above 0",
        "lora, dropout, 1, '[0, 1)'",
        "lora, scaling, odd, 'none of [standard, rank-stabilized]'",
        "salora, density, 0, '(0, 1]'",
        "salora, density, 1.5, '(0, 1]'",
        "salora, tau, 0, tau > 0",
        "salora, beta, -1, beta >= 0",
        "salora, gate-rate, 0, gate-rate > 0",
        "salora, start, .5, start < end",
        "salora, end, 1.1, end <= 1",
        "salora, multiplier, cooper, 'none of [square, flop, inequality, none]'",
        "salora, dual-rate, -1, dual-rate >= 0",
        "salora, ramp, 1.1, '[0, 1]'",
        "salora, selection, all, 'none of [exact-top-k, expected-density]'",
        "salora, kept-gate, mean, 'none of [louizos, median, flop, true-mean, binary]'",
        "salora, targets, 'a,,b', commas"
    })
    void badValuesAreRefused(String method, String key, String value, String why) {
        assertThatThrownBy(() -> Methods.named(method).with(Map.of(key, value)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(why);
    }

    /** Both ends of the phase move at once, though each alone would cross the other. */
    @Test
    void settingsAreChangedTogether() {
        Map<String, String> later = Map.of("start", "0.6", "end", "0.9");
        assertThat(Methods.named("salora").with(later).settings()).containsAllEntriesOf(later);
    }

    @Test
    void targetsAreNamesOrEndsOfPaths() {
        assertThat(paths("all-linear")).containsExactly("layers.0.fc", "layers.1.fc");
        assertThat(paths("fc")).containsExactly("layers.0.fc", "layers.1.fc");
        assertThat(paths("1.fc")).containsExactly("layers.1.fc");
        assertThat(paths("layers.1.fc, layers.0.fc")).containsExactly("layers.0.fc", "layers.1.fc");
        for (String nothing : List.of("c", "layers", "2.fc", "fc,q_proj")) {
            assertThatThrownBy(() -> paths(nothing))
                    .hasMessageContaining("matches no linear module")
                    .hasMessageContaining("there are: fc");
        }
    }

    private List<String> paths(String targets) {
        return Targets.parse(targets).select(model.sites()).stream()
                .map(site -> site.path())
                .toList();
    }
}
