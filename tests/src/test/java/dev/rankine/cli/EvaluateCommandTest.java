package dev.rankine.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code evaluate} and {@code predict} with none, one and several adapters. */
class EvaluateCommandTest {
    @TempDir
    Path folder;

    private Workbench bench;
    private Path lora;
    private Path dora;

    @BeforeEach
    void train() {
        bench = Workbench.in(folder);
        lora = trained("lora");
        dora = trained("dora");
    }

    private Path trained(String method) {
        Path out = folder.resolve(method);
        Called called = bench.finetune(
                "--method", method, "--rank", 2, "--epochs", 2, "--batch", 8, "--lr", "0.3", "--out", out);
        assertThat(called.exitCode()).as(called.err()).isZero();
        return out.resolve("adapter");
    }

    private Called evaluate(Object... more) {
        List<Object> call = new ArrayList<>(List.of("evaluate", "--model", bench.model(), "--task", "seq2seq"));
        call.addAll(List.of("--dev", bench.dev(), "--backend", "reference", "--threads", 1));
        call.addAll(List.of(more));
        return Called.rankine(call.toArray());
    }

    private Called predict(Object... more) {
        List<Object> call = new ArrayList<>(List.of("predict", "--model", bench.model(), bench.dev()));
        call.addAll(List.of("--backend", "reference", "--threads", 1));
        call.addAll(List.of(more));
        return Called.rankine(call.toArray());
    }

    /** The metrics of a run's end are those that evaluate gives for its adapter. */
    @Test
    void itMeasuresWhatTheRunMeasured() throws IOException {
        Path json = folder.resolve("metrics.json");
        Called called = evaluate("--adapter", lora, "--adapter", dora, "--json", json);
        assertThat(called.exitCode()).as(called.err()).isZero();
        JsonNode results = JsonMapper.shared().readTree(Files.readString(json)).path("results");
        assertThat(results).hasSize(2);
        for (JsonNode result : results) {
            Path run = Path.of(result.path("adapter").stringValue()).getParent();
            JsonNode summary = JsonMapper.shared().readTree(Files.readString(run.resolve("summary.json")));
            assertThat(result.path("metrics")).isEqualTo(summary.path("after"));
        }
        assertThat(called.out().lines()).hasSize(4).first().asString().contains("adapter", "exact", "error rate");
        assertThat(called.out()).contains(lora.toString(), dora.toString(), "6 examples");
    }

    @Test
    void withoutAnAdapterItMeasuresTheModel() throws IOException {
        Path json = folder.resolve("metrics.json");
        Called called = evaluate("--json", json);
        assertThat(called.exitCode()).as(called.err()).isZero();
        JsonNode root = JsonMapper.shared().readTree(Files.readString(json));
        JsonNode summary = JsonMapper.shared()
                .readTree(Files.readString(folder.resolve("lora").resolve("summary.json")));
        assertThat(root.path("results").path(0).path("metrics")).isEqualTo(summary.path("before"));
        assertThat(root.path("results").path(0).path("adapter").stringValue()).isEqualTo("none");
        assertThat(root.path("examples").intValue()).isEqualTo(6);
    }

    @Test
    void severalAdaptersPredictSideBySide() {
        List<String> first = predict("--adapter", lora).out().lines().toList();
        List<String> second = predict("--adapter", dora).out().lines().toList();
        List<String> both =
                predict("--adapter", lora, "--adapter", dora).out().lines().toList();
        assertThat(both).hasSize(6);
        for (int i = 0; i < both.size(); i++) {
            String added = second.get(i).substring(second.get(i).indexOf('\t'));
            assertThat(both.get(i)).isEqualTo(first.get(i) + added);
        }
    }

    @Test
    void badCallsAreRefused() {
        Called twice = evaluate("--adapter", lora, "--adapter", lora);
        assertThat(twice.exitCode()).isEqualTo(2);
        assertThat(twice.err()).contains("given twice");
        Called nowhere = predict("--adapter", folder.resolve("nowhere"));
        assertThat(nowhere.exitCode()).isEqualTo(2);
        assertThat(nowhere.err()).contains("--adapter", "no such folder");
        Called data = evaluate("--adapter", bench.model());
        assertThat(data.exitCode()).isEqualTo(1);
        assertThat(data.err()).contains("adapter_config.json").doesNotContain("\tat ");
        assertThat(evaluate("--limit-dev", 0).err()).contains("--limit-dev must be at least 1");
    }
}
