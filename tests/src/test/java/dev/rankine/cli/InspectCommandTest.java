package dev.rankine.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.rankine.RealData;
import dev.rankine.lora.peft.PeftFolder;
import dev.rankine.tensor.Backend;
import dev.rankine.tensor.reference.ReferenceBackend;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code inspect}: every module with its rank and spectrum, every tensor with its shape. */
class InspectCommandTest {
    private static final Backend REFERENCE = new ReferenceBackend();

    @TempDir
    Path folder;

    private Path trained(Workbench bench, String method, Object... more) {
        Path out = folder.resolve(method);
        List<Object> call =
                new ArrayList<>(List.of("--method", method, "--epochs", 3, "--batch", 8, "--lr", "0.1", "--out", out));
        call.addAll(List.of(more));
        Called called = bench.finetune(call.toArray());
        assertThat(called.exitCode()).as(called.err()).isZero();
        return out.resolve("adapter");
    }

    private JsonNode inspect(String option, Path place, Object... more) throws IOException {
        Path json = folder.resolve("contents.json");
        List<Object> call = new ArrayList<>(List.of("inspect", option, place));
        call.addAll(List.of(more));
        call.addAll(List.of("--json", json));
        Called called = Called.rankine(call.toArray());
        assertThat(called.exitCode()).as(called.err()).isZero();
        assertThat(called.out().lines().count()).isGreaterThan(4);
        return JsonMapper.shared().readTree(Files.readString(json));
    }

    /** Squares of singular values add up to the square of the change's norm; the ranks to the run's. */
    @ParameterizedTest
    @ValueSource(strings = {"lora", "adalora", "dora"})
    void ranksAndSpectraAreThoseOfTheFolder(String method) throws IOException {
        Workbench bench = Workbench.in(folder);
        Path adapter = trained(bench, method, "--rank", 2);
        JsonNode contents = inspect("--adapter", adapter);
        assertThat(contents.path("format").stringValue()).isEqualTo("peft");
        Map<String, Double> norms = new TreeMap<>();
        PeftFolder.load(adapter, REFERENCE).products().forEach(product -> {
            double square = 0;
            for (double value : product.delta().toDoubles()) {
                square += value * value;
            }
            norms.put(product.path(), Math.sqrt(square));
        });
        assertThat(contents.path("modules")).hasSize(norms.size());
        int ranks = 0;
        for (JsonNode module : contents.path("modules")) {
            double norm = norms.get(module.path("path").stringValue());
            double square = 0;
            for (JsonNode value : module.path("singularValues")) {
                square += value.doubleValue() * value.doubleValue();
            }
            assertThat(Math.sqrt(square)).isCloseTo(norm, within(1e-5 * (1 + norm)));
            assertThat(module.path("norm").doubleValue()).isCloseTo(norm, within(1e-5 * (1 + norm)));
            ranks += module.path("rank").intValue();
        }
        JsonNode summary = JsonMapper.shared().readTree(Files.readString(adapter.resolveSibling("summary.json")));
        int kept = 0;
        for (JsonNode rank : summary.path("retained_rank")) {
            kept += rank.intValue();
        }
        assertThat(ranks).isEqualTo(kept);
        assertThat(contents.path("others")).hasSize(method.equals("dora") ? norms.size() : 0);
    }

    @Test
    void whatIsNoChangeOfAMatrixIsListedByTensors() throws IOException {
        JsonNode contents = inspect("--adapter", trained(Workbench.in(folder), "houlsby"));
        assertThat(contents.path("format").stringValue()).isEqualTo("rankine");
        assertThat(contents.path("method").stringValue()).isEqualTo("houlsby");
        assertThat(contents.path("others")).isNotEmpty();
    }

    @Test
    void aModelIsListedByTensors() throws IOException {
        Workbench bench = Workbench.in(folder);
        JsonNode contents = inspect("--model", bench.model(), "--singular-values", 2);
        assertThat(contents.path("architecture").stringValue()).isEqualTo("BartForConditionalGeneration");
        JsonNode fc1 = contents.path("spectra").path("model.encoder.layers.0.fc1.weight");
        assertThat(fc1).hasSize(2);
        assertThat(fc1.path(0).doubleValue()).isGreaterThan(fc1.path(1).doubleValue());
        long numbers = 0;
        for (JsonNode tensor : contents.path("tensors")) {
            numbers += tensor.path("numbers").longValue();
        }
        assertThat(Files.size(bench.model().resolve("model.safetensors"))).isGreaterThan(4 * numbers);
    }

    /** An adapter that its authors published: no configuration, no scale. */
    @Test
    void theLayoutOfLoralibIsRead() throws IOException {
        JsonNode contents = inspect("--adapter", RealData.at("roberta_lora_mnli"));
        assertThat(contents.path("format").stringValue()).isEqualTo("loralib");
        assertThat(contents.path("modules")).hasSize(24);
        assertThat(contents.path("others")).hasSize(4);
        assertThat(contents.path("numbers").longValue()).isEqualTo(887_811);
    }

    @Test
    void badCallsAreRefused() throws IOException {
        assertThat(Called.rankine("inspect").err()).contains("either --model DIR or --adapter DIR");
        assertThat(Called.rankine("inspect").exitCode()).isEqualTo(2);
        Path nowhere = folder.resolve("nowhere");
        assertThat(Called.rankine("inspect", "--model", nowhere).exitCode()).isEqualTo(2);
        Path empty = Files.createDirectory(folder.resolve("empty"));
        Called adapter = Called.rankine("inspect", "--adapter", empty);
        assertThat(adapter.exitCode()).isEqualTo(1);
        assertThat(adapter.err()).contains("adapter_config.json").doesNotContain("\tat ");
        Called model = Called.rankine("inspect", "--model", empty);
        assertThat(model.exitCode()).isEqualTo(1);
        assertThat(model.err()).contains("model.safetensors").doesNotContain("\tat ");
        Called noPair =
                Called.rankine("inspect", "--adapter", Workbench.in(folder).model());
        assertThat(noPair.err()).contains("holds no adapter");
    }
}
