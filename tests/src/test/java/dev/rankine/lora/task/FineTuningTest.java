package dev.rankine.lora.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rankine.lora.Method;
import dev.rankine.lora.Methods;
import dev.rankine.tensor.Backend;
import dev.rankine.tensor.Backends;
import dev.rankine.transformer.TransformerSettings;
import dev.rankine.transformer.data.TextPair;
import dev.rankine.transformer.text.CharacterVocabulary;
import dev.rankine.transformer.train.MetricsEntry;
import dev.rankine.transformer.train.RunFolder;
import dev.rankine.transformer.train.RunSummary;
import dev.rankine.transformer.train.TrainerSettings;
import dev.rankine.transformer.train.TrainingListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FineTuningTest {
    private static final List<TextPair> PAIRS = List.of(
            new TextPair("ab", "AB"),
            new TextPair("ba", "BA"),
            new TextPair("aab", "AAB"),
            new TextPair("b", "B"),
            new TextPair("bba", "BBA"));
    private static final TrainerSettings SETTINGS =
            TrainerSettings.of(6, 2, 0.02).withSteps(1, 4, 4).withSeed(3);

    @TempDir
    Path folder;

    private final Backend backend = Backends.choose("reference", 1).backend();

    private FineTuning tuning(Method method) {
        var stack = new TransformerSettings.Stack(1, 2, 12);
        Seq2Seq task = Seq2Seq.fresh(
                "tiny",
                backend,
                TransformerSettings.of(6, 8, 12, stack, stack),
                CharacterVocabulary.of(List.of("ab")),
                CharacterVocabulary.of(List.of("AB")),
                5);
        pairs = task.encode(PAIRS);
        return new FineTuning(task, method, SETTINGS, 0);
    }

    private Seq2Seq.Encoded pairs;

    private static final Method SALORA = Methods.named("salora").with(Map.of("rank", "4"));

    @Test
    void anInterruptedRunGoesOnToTheSameBits() throws IOException {
        RunFolder whole = RunFolder.at(folder.resolve("whole"), false);
        RunSummary expected = tuning(SALORA).run(pairs, pairs, whole);
        assertThat(expected.training().steps()).isEqualTo(18);

        Path path = folder.resolve("interrupted");
        FineTuning first = tuning(SALORA).listen(new TrainingListener() {
            @Override
            public void onStep(long made, long steps, double rate) {
                if (made == 11) {
                    throw new IllegalStateException("the lights went out");
                }
            }
        });
        assertThatThrownBy(() -> first.run(pairs, pairs, RunFolder.at(path, false)))
                .hasMessageContaining("lights");
        RunFolder rest = RunFolder.at(path, true);
        assertThat(rest.state()).isEqualTo(RunFolder.State.INTERRUPTED);

        RunSummary resumed = tuning(SALORA).run(pairs, pairs, rest);
        assertThat(resumed.training().after()).isEqualTo(expected.training().after());
        assertThat(resumed.ranks()).isEqualTo(expected.ranks());
        assertThat(adapter(rest)).isEqualTo(adapter(whole));
        assertThat(log(rest)).isEqualTo(log(whole));
        assertThat(path.resolve("checkpoint")).doesNotExist();
    }

    @Test
    void aRunIsNotResumedWithOtherSettings() {
        Path path = folder.resolve("run");
        FineTuning first = tuning(SALORA).listen(new TrainingListener() {
            @Override
            public void onStep(long made, long steps, double rate) {
                if (made == 5) {
                    throw new IllegalStateException("the lights went out");
                }
            }
        });
        assertThatThrownBy(() -> first.run(pairs, pairs, RunFolder.at(path, false)))
                .hasMessageContaining("lights");
        FineTuning other = tuning(SALORA.with(Map.of("alpha", "8")));
        assertThatThrownBy(() -> other.run(pairs, pairs, RunFolder.at(path, true)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("salora.alpha 16.0, not 8.0");
    }

    @Test
    void theModelIsAsBeforeWhenTheAdaptersLeave() {
        FineTuning tuning = tuning(Methods.named("lora"));
        RunSummary summary = tuning.run(pairs, pairs, RunFolder.at(folder.resolve("run"), false));
        tuning.adapted().detach();
        assertThat(pairs.measure().evaluate()).isEqualTo(summary.training().before());
    }

    private static byte[] adapter(RunFolder run) throws IOException {
        return Files.readAllBytes(run.adapter().resolve("adapter_model.safetensors"));
    }

    /** Without what depends on the clock. */
    private static List<Map<String, Double>> log(RunFolder run) {
        return run.metrics().read().stream()
                .map(entry -> {
                    Map<String, Double> numbers = new LinkedHashMap<>(entry.numbers());
                    numbers.remove(MetricsEntry.SECONDS);
                    return numbers;
                })
                .toList();
    }
}
