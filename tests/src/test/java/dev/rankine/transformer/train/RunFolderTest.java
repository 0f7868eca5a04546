package dev.rankine.transformer.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rankine.tensor.files.Whole;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

class RunFolderTest {
    @TempDir
    private Path temporary;

    private static final RunSummary SUMMARY = new RunSummary(
            new RunSummary.Run("salora", "seq2seq", "some/model", 3, "vector", 4, Map.of("beta", "0.1")),
            new TrainingResult(
                    1570, 10, 10_000, 12.5, 7.96, 7.5, 0.25, Map.of("exact", .146), Map.of("exact", .6, "x", 1.0)),
            new RetainedRanks(8, 61_440, 30_720, .5, .5, .52, ranks()),
            123.5);

    private static Map<String, Integer> ranks() {
        Map<String, Integer> ranks = new LinkedHashMap<>();
        ranks.put("model.encoder.layers.0.fc1", 3);
        ranks.put("model.decoder.layers.0.fc1", 0);
        return ranks;
    }

    private List<String> files(Path folder) {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(path -> !path.equals(folder))
                    .map(path -> folder.relativize(path).toString())
                    .sorted()
                    .toList();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    @Test
    void aRunGoesFromNewToFinished() throws IOException {
        Path path = temporary.resolve("runs/one");
        RunFolder folder = RunFolder.at(path, false);
        assertThat(folder.state()).isEqualTo(RunFolder.State.NEW);
        assertThat(path).as("nothing is created before the run begins").doesNotExist();
        folder.begin(0).append(new MetricsEntry(5, Map.of("loss", 1.5)));
        assertThat(folder.state()).isEqualTo(RunFolder.State.NEW);
        Files.createDirectories(path.resolve("checkpoint/step-3"));
        assertThat(RunFolder.at(path, true).state()).isEqualTo(RunFolder.State.INTERRUPTED);
        folder.finish(SUMMARY);
        assertThat(RunFolder.at(path, true).state()).isEqualTo(RunFolder.State.FINISHED);
        assertThat(folder.summary()).isEqualTo(SUMMARY);
        assertThat(files(path)).containsExactly("metrics.jsonl", "summary.json");
    }

    @Test
    void aFolderBelongsToOneRunAtATime() {
        Path path = temporary.resolve("shared");
        try (RunLock _ = RunFolder.at(path, false).hold(word -> {})) {
            assertThatThrownBy(() -> RunFolder.at(path, true).hold(word -> {}))
                    .isInstanceOf(RunFolderException.class)
                    .hasMessage(path + " is in use: another run is writing to it; wait for its end, or choose another"
                            + " folder");
        }
        assertThat(files(path)).isEmpty();
        RunFolder.at(path, true).hold(word -> {}).close();
    }

    /** Looking at a folder leaves what another run is just writing; holding it ends what an interruption left. */
    @Test
    void onlyWhoHoldsAFolderCleansUp() throws IOException {
        Path half = temporary.resolve("one/checkpoint/step-5.new");
        Files.createDirectories(half);
        RunFolder folder = RunFolder.at(temporary.resolve("one"), true);
        assertThat(folder.state()).isEqualTo(RunFolder.State.NEW);
        assertThat(half).exists();
        folder.hold(word -> {}).close();
        assertThat(half).doesNotExist();
    }

    @Test
    void theSummaryHasItsKeysOnOneLevel() throws IOException {
        RunFolder folder = RunFolder.at(temporary.resolve("one"), false);
        folder.begin(0);
        folder.finish(SUMMARY);
        JsonNode json = new JsonMapper().readTree(Files.readString(temporary.resolve("one/summary.json")));
        assertThat(json.propertyNames())
                .containsExactly(
                        "method",
                        "task",
                        "model",
                        "seed",
                        "backend",
                        "threads",
                        "settings",
                        "steps",
                        "epochs",
                        "train_examples",
                        "train_seconds",
                        "ms_per_step",
                        "median_ms_per_step",
                        "final_loss",
                        "before",
                        "after",
                        "rank",
                        "trainable_parameters",
                        "retained_parameters",
                        "target_density",
                        "density",
                        "parameter_density",
                        "retained_rank",
                        "peak_rss_mib",
                        "kept_step");
        assertThat(json.get("after").get("exact").asDouble()).isEqualTo(.6);
        assertThat(json.get("retained_rank").propertyNames())
                .containsExactly("model.encoder.layers.0.fc1", "model.decoder.layers.0.fc1");
    }

    @Test
    void runsThatDoNotSayWhichStepStayedKeptTheLast() throws IOException {
        RunFolder folder = RunFolder.at(temporary.resolve("one"), false);
        folder.begin(0);
        folder.finish(SUMMARY);
        Path file = temporary.resolve("one/summary.json");
        ObjectNode older = (ObjectNode) new JsonMapper().readTree(Files.readString(file));
        older.remove("kept_step");
        Files.writeString(file, older.toString());
        assertThat(folder.summary()).isEqualTo(SUMMARY);
        older.remove("steps");
        Files.writeString(file, older.toString());
        assertThatThrownBy(folder::summary)
                .isInstanceOf(RunFolderException.class)
                .hasMessageContaining("steps");
        Files.writeString(file, "null");
        assertThatThrownBy(folder::summary).hasMessageContaining("must be a JSON object");
    }

    @Test
    void whatIsUnknownIsNullInTheSummary() throws IOException {
        RunFolder folder = RunFolder.at(temporary.resolve("one"), false);
        folder.begin(0);
        RunSummary unknown = new RunSummary(
                SUMMARY.run(), SUMMARY.training(), new RetainedRanks(null, 1, 1, 1, 1, 1, Map.of()), null);
        folder.finish(unknown);
        assertThat(Files.readString(temporary.resolve("one/summary.json")))
                .contains("\"peak_rss_mib\" : null")
                .contains("\"retained_rank\" : { }");
        assertThat(folder.summary()).isEqualTo(unknown);
    }

    @Test
    void aFolderThatExistsIsOnlyForResuming() throws IOException {
        assertThatThrownBy(() -> RunFolder.at(temporary, false))
                .isInstanceOf(RunFolderException.class)
                .hasMessageContaining(temporary + " exists")
                .hasMessageContaining("--resume");
        assertThat(RunFolder.at(temporary, true).state()).isEqualTo(RunFolder.State.NEW);
        Path file = Files.writeString(temporary.resolve("file"), "x");
        assertThatThrownBy(() -> RunFolder.at(file, true)).hasMessageContaining("is a file");
        assertThatThrownBy(() -> RunFolder.at(temporary.resolve("none"), false).summary())
                .isInstanceOf(RunFolderException.class)
                .hasMessageContaining("is the run finished?");
    }

    @Test
    void summariesThatAreNoneAreNamed() throws IOException {
        Path file = temporary.resolve("summary.json");
        Files.writeString(file, "{\"method\": \"lora\", \"colour\": 1}");
        assertThatThrownBy(() -> RunFolder.at(temporary, true).summary())
                .isInstanceOf(RunFolderException.class)
                .hasMessageContaining("summary.json")
                .hasMessageContaining("colour");
        Files.writeString(file, "{\"method\": ");
        assertThatThrownBy(() -> RunFolder.at(temporary, true).summary()).isInstanceOf(RunFolderException.class);
    }

    @Test
    void theLogIsCutBackToAStep() throws IOException {
        RunFolder folder = RunFolder.at(temporary.resolve("one"), false);
        MetricsLog log = folder.begin(0);
        List<MetricsEntry> entries = new ArrayList<>();
        for (int step = 0; step <= 50; step += 10) {
            entries.add(new MetricsEntry(step, Map.of(MetricsEntry.LOSS, 1.0 / (step + 1))));
            log.append(entries.getLast());
        }
        assertThat(log.read()).isEqualTo(entries);
        assertThat(RunFolder.at(temporary.resolve("one"), true).begin(20).read())
                .isEqualTo(entries.subList(0, 3));
        log.append(entries.get(3));
        assertThat(log.read()).isEqualTo(entries.subList(0, 4));
        assertThat(folder.begin(0).read()).as("a run that starts anew").isEmpty();
        assertThat(files(temporary.resolve("one"))).containsExactly("metrics.jsonl");
    }

    @Test
    void aLineThatAnInterruptionCutOffIsNoEntry() throws IOException {
        Path file = temporary.resolve("metrics.jsonl");
        MetricsLog log = new MetricsLog(file);
        assertThat(log.read()).isEmpty();
        MetricsEntry entry = new MetricsEntry(1, Map.of("loss", .1));
        log.append(entry);
        Files.writeString(file, Files.readString(file) + "{\"step\":2,\"lo");
        assertThat(log.read()).containsExactly(entry);
        log.cutBackTo(5);
        log.append(entry);
        assertThat(log.read()).containsExactly(entry, entry);
    }

    @Test
    void linesThatAreNoneAreNamed() throws IOException {
        Path file = temporary.resolve("metrics.jsonl");
        for (String bad : List.of("{\"step\":", "[1]", "{\"loss\":1}", "{\"step\":1,\"loss\":\"NaN\"}", "")) {
            Files.writeString(file, "{\"step\":1,\"loss\":2}\n" + bad + "\n");
            assertThatThrownBy(() -> new MetricsLog(file).read())
                    .as(bad)
                    .isInstanceOf(RunFolderException.class)
                    .hasMessageContaining("metrics.jsonl, line 2: ");
        }
    }

    @Test
    void numbersThatAreNotFiniteAreNotLogged() {
        assertThatThrownBy(() -> new MetricsEntry(1, Map.of("density", Double.NaN)))
                .hasMessageContaining("density is NaN");
        assertThatThrownBy(() -> new MetricsEntry(1, Map.of("step", 1.0))).hasMessageContaining("step");
        MetricsEntry entry = new MetricsEntry(1, Map.of("loss", 1.0));
        assertThatThrownBy(() -> entry.with(Map.of("loss", 2.0))).hasMessageContaining("'loss' already");
        assertThat(entry.number("loss")).hasValue(1);
        assertThat(entry.number("none")).isEmpty();
    }

    @Test
    void aFolderIsReplacedWholeOrNotAtAll() throws IOException {
        Path folder = temporary.resolve("checkpoint");
        Whole.folder(folder, aside -> Files.writeString(aside.resolve("a"), "first"));
        Whole.folder(folder, aside -> Files.writeString(aside.resolve("b"), "second"));
        assertThat(files(temporary)).containsExactly("checkpoint", "checkpoint/b");
        assertThatThrownBy(() -> Whole.folder(folder, aside -> {
                    Files.writeString(aside.resolve("c"), "third");
                    throw new IOException("disk full");
                }))
                .hasMessage("disk full");
        assertThat(Files.readString(folder.resolve("b"))).isEqualTo("second");
        Whole.recover(folder);
        assertThat(files(temporary)).containsExactly("checkpoint", "checkpoint/b");
    }

    /** Every moment at which a machine can stop: the folder holds the old content or the new. */
    @Test
    void interruptionsAreRecovered() throws IOException {
        Path folder = temporary.resolve("checkpoint");
        Path aside = temporary.resolve("checkpoint.new");
        Path old = temporary.resolve("checkpoint.old");
        write(folder, "1");
        write(aside, "2");
        recovered(folder, "1");
        Files.move(folder, old);
        write(aside, "2");
        recovered(folder, "1");
        write(old, "1");
        Files.writeString(folder.resolve("content"), "2");
        recovered(folder, "2");
    }

    private static void write(Path folder, String content) throws IOException {
        Files.createDirectories(folder);
        Files.writeString(folder.resolve("content"), content);
    }

    private void recovered(Path folder, String content) throws IOException {
        Whole.recover(folder);
        assertThat(files(temporary)).containsExactly("checkpoint", "checkpoint/content");
        assertThat(Files.readString(folder.resolve("content"))).isEqualTo(content);
    }

    @Test
    void theProcessHasTakenSomeMemory() {
        Double peak = ProcessMemory.peakResidentMib();
        if (peak != null) {
            assertThat(peak).isBetween(20.0, 1e6);
        }
    }
}
