package dev.rankine.lora.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rankine.lora.Method;
import dev.rankine.lora.Methods;
import dev.rankine.tensor.Backend;
import dev.rankine.tensor.Backends;
import dev.rankine.transformer.train.MetricsEntry;
import dev.rankine.transformer.train.RunFolder;
import dev.rankine.transformer.train.RunSummary;
import dev.rankine.transformer.train.TrainerSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FineTuningTest {
    private static final TrainerSettings SETTINGS =
            TrainerSettings.of(6, 2, 0.02).withSteps(1, 4, 4).withSeed(3);

    @TempDir
    Path folder;

    private final Backend backend = Backends.choose("reference", 1).backend();

    private FineTuning tuning(Method method) {
        Seq2Seq task = Capitals.task(backend);
        pairs = task.encode(Capitals.PAIRS);
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
        FineTuning first = tuning(SALORA).listen(Capitals.failingAt(11));
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
        FineTuning first = tuning(SALORA).listen(Capitals.failingAt(5));
        assertThatThrownBy(() -> first.run(pairs, pairs, RunFolder.at(path, false)))
                .hasMessageContaining("lights");
        FineTuning other = tuning(SALORA.with(Map.of("alpha", "8")));
        assertThatThrownBy(() -> other.run(pairs, pairs, RunFolder.at(path, true)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("salora.alpha 16.0, not 8.0");
    }

    /** As many of them, as long, and in the same letters. */
    @Test
    void aRunIsNotResumedWithOtherData() {
        Path path = folder.resolve("run");
        FineTuning first = tuning(SALORA).listen(Capitals.failingAt(5));
        assertThatThrownBy(() -> first.run(pairs, pairs, RunFolder.at(path, false)))
                .hasMessageContaining("lights");
        FineTuning again = tuning(SALORA);
        Seq2Seq.Encoded turned = ((Seq2Seq) again.task()).encode(Capitals.PAIRS.reversed());
        assertThatThrownBy(() -> again.run(turned, pairs, RunFolder.at(path, true)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("resume: the training data are not those of the interrupted run: use the same file with the"
                        + " same options, or start anew in another folder");
        again.run(pairs, pairs, RunFolder.at(path, true));
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
