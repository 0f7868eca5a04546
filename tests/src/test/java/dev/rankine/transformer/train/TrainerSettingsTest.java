package dev.rankine.transformer.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class TrainerSettingsTest {
    private static final TrainerSettings SOME = TrainerSettings.of(3, 8, 1e-3);

    @Test
    void settingsThatMakeNoSenseAreRefused() {
        refuses("epochs must be at least 1, got 0", () -> TrainerSettings.of(0, 8, 1e-3));
        refuses("batch must be at least 1, got -1", () -> SOME.withBatch(-1, 1));
        refuses("accumulate must be at least 1, got 0", () -> SOME.withBatch(1, 0));
        refuses("learning rate must be at least 0 and finite, got NaN", () -> TrainerSettings.of(1, 1, Double.NaN));
        refuses("learning rate", () -> TrainerSettings.of(1, 1, -1));
        refuses("learning rate", () -> TrainerSettings.of(1, 1, Double.POSITIVE_INFINITY));
        refuses("clipping norm must be positive, got 0.0", () -> SOME.withClip(0.0));
        refuses("log steps must be at least 1", () -> SOME.withSteps(0, 0, 0));
        refuses("evaluation steps must be at least 0", () -> SOME.withSteps(1, -1, 0));
        refuses("checkpoint steps must be at least 0", () -> SOME.withSteps(1, 0, -1));
    }

    private static void refuses(String problem, Supplier<TrainerSettings> settings) {
        assertThatThrownBy(settings::get)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(problem);
    }

    @Test
    void aWarmupIsAShareOrANumberOfSteps() {
        assertThat(Warmup.of(0).steps(100)).isZero();
        assertThat(Warmup.of(.06).steps(100)).isEqualTo(6);
        assertThat(Warmup.of(1).steps(100)).isEqualTo(1);
        assertThat(Warmup.of(500).steps(1000)).isEqualTo(500);
        assertThatThrownBy(() -> Warmup.of(2.5)).hasMessageContaining("whole number");
        assertThatThrownBy(() -> Warmup.of(-.1)).hasMessageContaining("[0, 1]");
        assertThatThrownBy(() -> Warmup.of(Double.NaN)).hasMessageContaining("NaN");
        assertThatThrownBy(() -> Warmup.of(101).steps(100)).hasMessageContaining("longer than the run of 100");
        assertThatThrownBy(() -> new Warmup.Steps(-1)).hasMessageContaining("at least 0");
    }

    @Test
    void everySettingIsDescribed() {
        int own = TrainerSettings.class.getRecordComponents().length - 1;
        assertThat(SOME.describe()).hasSize(own + Checkpointing.class.getRecordComponents().length);
        assertThat(SOME.withClip(2.0).describe()).containsEntry("clip", "2.0").containsEntry("rate", "0.001");
        assertThat(SOME.describe()).containsEntry("clip", "none");
    }
}
