package dev.rankine.lora.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.rankine.lora.Method;
import dev.rankine.lora.Methods;
import dev.rankine.tensor.Backend;
import dev.rankine.tensor.Backends;
import dev.rankine.transformer.train.MetricsEntry;
import dev.rankine.transformer.train.Outcome;
import dev.rankine.transformer.train.RunFolder;
import dev.rankine.transformer.train.RunSummary;
import dev.rankine.transformer.train.TrainerSettings;
import dev.rankine.transformer.train.TrainingListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What stays of a run that keeps its best evaluation is the argmax of what it logged. */
class KeepBestTest {
    /** So fast that it gets worse again and again. */
    private static final TrainerSettings SETTINGS =
            TrainerSettings.of(6, 2, 0.3).withSteps(1, 1, 4).withSeed(3);

    @TempDir
    Path folder;

    private final Backend backend = Backends.choose("reference", 1).backend();

    private static FineTuning tuning(Seq2Seq task, Method method) {
        return new FineTuning(task, method, SETTINGS, 0).keep(Keep.best("error_rate"));
    }

    private static Method method(String name) {
        Method method = Methods.named(name);
        return method.settings().containsKey("rank") ? method.with(Map.of("rank", "4")) : method;
    }

    /** An evaluation after the first step: how large the adapter was, and how wrong. */
    private record Seen(long step, long parameters, double errorRate) {
        private static final Comparator<Seen> BEST_FIRST = Comparator.comparingLong(Seen::parameters)
                .thenComparingDouble(Seen::errorRate)
                .thenComparingLong(Seen::step);
    }

    private static List<Seen> watch(FineTuning tuning) {
        List<Seen> seen = new ArrayList<>();
        tuning.listen(new TrainingListener() {
            @Override
            public void onEvaluation(MetricsEntry entry) {
                if (entry.step() > 0) {
                    double rate = entry.number("error_rate").orElseThrow();
                    seen.add(new Seen(entry.step(), tuning.adapted().retainedParameters(), rate));
                }
            }
        });
        return seen;
    }

    @ParameterizedTest
    @ValueSource(strings = {"lora", "dora", "adalora", "salora", "truncated", "prefix", "full"})
    void theFolderHoldsTheBestOfWhatWasLogged(String name) {
        Seq2Seq task = Capitals.task(backend);
        Seq2Seq.Encoded pairs = task.encode(Capitals.PAIRS);
        FineTuning tuning = tuning(task, method(name));
        List<Seen> seen = watch(tuning);
        RunFolder run = RunFolder.at(folder.resolve(name), false);
        RunSummary summary = tuning.run(pairs, pairs, run);
        Seen best = seen.stream().min(Seen.BEST_FIRST).orElseThrow();
        assertThat(summary.keptStep()).isEqualTo(best.step());
        Map<String, Double> after = summary.training().after();
        assertThat(after).containsEntry("error_rate", best.errorRate());
        assertThat(summary.ranks().retainedParameters()).isEqualTo(best.parameters());
        assertThat(run.summary()).isEqualTo(summary);
        assertThat(run.path().resolve("best")).doesNotExist();

        // what is in memory, what is on the disk, and what was predicted agree
        assertThat(pairs.measure().evaluate()).isEqualTo(after);
        tuning.adapted().detach();
        assertThat(pairs.measure().evaluate()).isEqualTo(summary.training().before());
        AdapterFolder.attach(run.adapter(), task.model(), backend, new Method.Run(0, 0));
        assertThat(pairs.measure().evaluate()).isEqualTo(after);
        List<Map<String, Outcome.Part>> parts =
                run.predictions().read().stream().map(Outcome::parts).toList();
        assertThat(Outcome.metrics(parts).get("error_rate")).isCloseTo(after.get("error_rate"), within(1e-15));
    }

    @Test
    void anInterruptedRunKeepsTheSameBits() throws IOException {
        RunFolder whole = RunFolder.at(folder.resolve("whole"), false);
        Seq2Seq task = Capitals.task(backend);
        RunSummary expected =
                tuning(task, method("salora")).run(task.encode(Capitals.PAIRS), task.encode(Capitals.PAIRS), whole);
        for (int at : new int[] {6, 15}) {
            Path path = folder.resolve("interrupted" + at);
            Seq2Seq first = Capitals.task(backend);
            FineTuning stopped = tuning(first, method("salora")).listen(Capitals.failingAt(at));
            assertThatThrownBy(() -> stopped.run(
                            first.encode(Capitals.PAIRS), first.encode(Capitals.PAIRS), RunFolder.at(path, false)))
                    .hasMessageContaining("lights");
            Seq2Seq second = Capitals.task(backend);
            RunFolder rest = RunFolder.at(path, true);
            RunSummary resumed = tuning(second, method("salora"))
                    .run(second.encode(Capitals.PAIRS), second.encode(Capitals.PAIRS), rest);
            assertThat(resumed.keptStep()).isEqualTo(expected.keptStep());
            assertThat(resumed.training().after()).isEqualTo(expected.training().after());
            assertThat(Files.readAllBytes(rest.adapter().resolve("adapter_model.safetensors")))
                    .isEqualTo(Files.readAllBytes(whole.adapter().resolve("adapter_model.safetensors")));
        }
    }

    @Test
    void metricsThatThereAreNotAreRefused() {
        FineTuning tuning = new FineTuning(Capitals.task(backend), method("lora"), SETTINGS, 0);
        assertThatThrownBy(() -> tuning.keep(Keep.best("bleu")))
                .hasMessageContaining("seq2seq is not measured by 'bleu' but by exact, error_rate");
        FineTuning unwatched = new FineTuning(Capitals.task(backend), method("lora"), SETTINGS.withSteps(1, 0, 0), 0);
        assertThatThrownBy(() -> unwatched.keep(Keep.best("exact"))).hasMessageContaining("evaluate in between");
        assertThat(unwatched.keep(Keep.LAST)).isSameAs(unwatched);
    }
}
