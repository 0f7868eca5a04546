package dev.rankine.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class FinetuneCommandTest {
    private static final List<String> KEYS = List.of(
            "method",
            "task",
            "model",
            "seed",
            "backend",
            "threads",
            "steps",
            "epochs",
            "train_examples",
            "trainable_parameters",
            "retained_parameters",
            "target_density",
            "density",
            "parameter_density",
            "retained_rank",
            "before",
            "after",
            "train_seconds",
            "ms_per_step",
            "peak_rss_mib",
            "final_loss");

    @TempDir
    Path folder;

    private Workbench bench;

    @BeforeEach
    void lay() {
        bench = Workbench.in(folder);
    }

    @Test
    void saloraLeavesAWholeRunFolder() throws IOException {
        Called called = bench.finetune(
                "--method", "salora", "--rank", 4, "--density", 0.5, "--epochs", 4, "--batch", 4, "--out", bench.out());
        assertThat(called.exitCode()).as(called.err()).isZero();
        assertThat(called.err()).contains("back-end reference", "salora: after 24 steps exact");
        assertThat(called.out()).contains("exact", "error rate", "density", "report.html");
        assertThat(names(bench.out()))
                .containsExactlyInAnyOrder(
                        "summary.json", "metrics.jsonl", "predictions.tsv", "adapter", "report.html");
        assertThat(names(bench.out().resolve("adapter")))
                .containsExactlyInAnyOrder("adapter_config.json", "adapter_model.safetensors", "rankine_task.json");

        JsonNode summary =
                JsonMapper.shared().readTree(Files.readString(bench.out().resolve("summary.json")));
        assertThat(summary.propertyNames()).containsAll(KEYS);
        assertThat(summary.path("method").stringValue()).isEqualTo("salora");
        assertThat(summary.path("task").stringValue()).isEqualTo("seq2seq");
        assertThat(summary.path("steps").intValue()).isEqualTo(24);
        assertThat(summary.path("train_examples").intValue()).isEqualTo(Workbench.PAIRS);
        assertThat(summary.path("density").doubleValue()).isCloseTo(0.5, within(0.01));
        assertThat(summary.path("retained_rank").size()).isEqualTo(16);
        assertThat(summary.path("before").propertyNames()).contains("exact", "error_rate");
        assertThat(summary.path("after").propertyNames()).contains("exact", "error_rate");
        long kept = summary.path("retained_rank")
                .valueStream()
                .mapToInt(JsonNode::intValue)
                .sum();
        assertThat(kept).isEqualTo(32);

        assertThat(Files.readString(bench.out().resolve("report.html")))
                .contains(
                        "Training loss", "Density", "multiplier", "model.decoder.layers.0.encoder_attn.k_proj: rank ");
    }

    @Test
    void predictWritesWithTheAdapterWhatTheRunMeasured() {
        Called called = bench.finetune(
                "--method", "lora", "--rank", 8, "--epochs", 20, "--batch", 8, "--lr", 0.03, "--out", bench.out());
        assertThat(called.exitCode()).as(called.err()).isZero();
        Called bare = predict();
        Called adapted = predict("--adapter", bench.out().resolve("adapter"));
        assertThat(adapted.out()).isNotEqualTo(bare.out());
        assertThat(right(bare) / 6.0)
                .isEqualTo(metric(bench.out(), "before").path("exact").doubleValue());
        assertThat(right(adapted) / 6.0)
                .isEqualTo(metric(bench.out(), "after").path("exact").doubleValue());
        assertThat(metric(bench.out(), "after").path("error_rate").doubleValue())
                .isLessThan(metric(bench.out(), "before").path("error_rate").doubleValue());
    }

    private Called predict(Object... more) {
        List<Object> call = new ArrayList<>(List.of("predict", "--model", bench.model(), "--backend", "reference"));
        call.addAll(List.of(more));
        call.add(bench.dev());
        Called predicted = Called.rankine(call.toArray());
        assertThat(predicted.exitCode()).as(predicted.err()).isZero();
        assertThat(predicted.out().lines()).hasSize(6).allMatch(line -> line.contains("\t"));
        return predicted;
    }

    private static long right(Called predicted) {
        return predicted
                .out()
                .lines()
                .map(line -> line.split("\t", 2))
                .filter(columns -> columns[0].toUpperCase(Locale.ROOT).equals(columns[1]))
                .count();
    }

    @Test
    void predictReadsStandardInput() {
        Called called = Called.withInput("ab\ncab\n", "predict", "--model", bench.model(), "--backend", "reference");
        assertThat(called.exitCode()).as(called.err()).isZero();
        assertThat(called.out().lines().map(line -> line.split("\t", 2)[0])).containsExactly("ab", "cab");
    }

    @Test
    void theFolderOfAFinishedRunIsRefusedAndResumedWithoutAChange() throws IOException {
        assertThat(bench.finetune("--method", "lora", "--epochs", 1, "--out", bench.out())
                        .exitCode())
                .isZero();
        Map<String, String> before = contents(bench.out());

        Called again = bench.finetune("--method", "lora", "--epochs", 1, "--out", bench.out());
        assertThat(again.exitCode()).isEqualTo(2);
        assertThat(again.err()).contains(bench.out().toString(), "exists", "--resume");
        assertThat(contents(bench.out())).isEqualTo(before);

        Called resumed = bench.finetune("--method", "lora", "--epochs", 1, "--out", bench.out(), "--resume");
        assertThat(resumed.exitCode()).isZero();
        assertThat(resumed.err()).contains("finished");
        assertThat(contents(bench.out())).isEqualTo(before);
    }

    @Test
    void anOptionThatTheMethodDoesNotUseIsOneLineOfWarning() {
        Called called = bench.finetune("--method", "lora", "--density", 0.25, "--epochs", 1, "--out", bench.out());
        assertThat(called.exitCode()).isZero();
        assertThat(called.err().lines().filter(line -> line.startsWith("warning: ")))
                .singleElement()
                .asString()
                .contains("--density 0.25", "lora");
    }

    @Test
    void unknownCharactersAreCountedInOneLine() {
        Path train = bench.write("odd.tsv", List.of("aé\tA", "éé\tB", "b\tB"));
        Called called = Called.rankine(
                "finetune",
                "--model",
                bench.model(),
                "--task",
                "seq2seq",
                "--train",
                train,
                "--dev",
                bench.dev(),
                "--method",
                "lora",
                "--epochs",
                1,
                "--out",
                bench.out(),
                "--backend",
                "reference");
        assertThat(called.exitCode()).as(called.err()).isZero();
        assertThat(called.err().lines().filter(line -> line.contains("é")))
                .singleElement()
                .asString()
                .contains("3 characters", "U+00E9");
    }

    @Test
    void anAdapterCanBeTheStart() {
        assertThat(bench.finetune("--method", "lora", "--epochs", 30, "--lr", 0.02, "--out", bench.out())
                        .exitCode())
                .isZero();
        Path second = folder.resolve("second");
        Called called = bench.finetune(
                "--method",
                "lora",
                "--epochs",
                1,
                "--lr",
                0,
                "--out",
                second,
                "--init-adapter",
                bench.out().resolve("adapter"));
        assertThat(called.exitCode()).as(called.err()).isZero();
        assertThat(metric(second, "before")).isEqualTo(metric(bench.out(), "after"));
    }

    private static JsonNode metric(Path run, String key) {
        try {
            return JsonMapper.shared()
                    .readTree(Files.readString(run.resolve("summary.json")))
                    .path(key);
        } catch (IOException failure) {
            throw new java.io.UncheckedIOException(failure);
        }
    }

    private static List<String> names(Path in) throws IOException {
        try (Stream<Path> files = Files.list(in)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }

    private static Map<String, String> contents(Path in) throws IOException {
        Map<String, String> contents = new TreeMap<>();
        try (Stream<Path> files = Files.walk(in)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                contents.put(
                        in.relativize(file).toString(),
                        new String(Files.readAllBytes(file), java.nio.charset.StandardCharsets.ISO_8859_1));
            }
        }
        return contents;
    }
}
