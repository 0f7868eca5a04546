package dev.rankine.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rankine.tensor.Backend;
import dev.rankine.tensor.reference.ReferenceBackend;
import dev.rankine.tensor.safetensors.Safetensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code merge}: a plain folder that predicts what the model with its adapter predicts. */
class MergeCommandTest {
    private static final Backend REFERENCE = new ReferenceBackend();

    @TempDir
    Path folder;

    private Workbench bench;

    @BeforeEach
    void lay() {
        bench = Workbench.in(folder);
    }

    private Path trained(String method, Object... more) {
        Object[] call =
                new Object[] {"--method", method, "--epochs", 2, "--batch", 8, "--lr", "0.1", "--out", bench.out()};
        Called called = bench.finetune(joined(call, more));
        assertThat(called.exitCode()).as(called.err()).isZero();
        return bench.out().resolve("adapter");
    }

    private Called merge(Path adapter, Path out, Object... more) {
        Object[] call = {"merge", "--model", bench.model(), "--adapter", adapter, "--out", out, "--backend", "reference"
        };
        return Called.rankine(joined(call, more));
    }

    private Called predict(Path model, Object... more) {
        Object[] call = {"predict", "--model", model, bench.dev(), "--backend", "reference"};
        return Called.rankine(joined(call, more));
    }

    private static Object[] joined(Object[] some, Object... more) {
        return Stream.concat(Arrays.stream(some), Arrays.stream(more)).toArray();
    }

    private static double change(Called merged) {
        assertThat(merged.exitCode()).as(merged.err()).isZero();
        String line = merged.out()
                .lines()
                .filter(text -> text.startsWith("logits"))
                .findFirst()
                .orElseThrow();
        return Double.parseDouble(line.replaceAll(".*by merging ([^,]+),.*", "$1"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"lora", "dora", "adalora", "full"})
    void theFolderPredictsWhatTheAdaptedModelPredicts(String method) throws IOException {
        Path adapter = method.equals("full") ? trained(method) : trained(method, "--rank", 2);
        Files.writeString(bench.model().resolve("tokenizer.json"), "{}");
        Files.writeString(bench.model().resolve("pytorch_model.bin"), "old weights");
        Path plain = folder.resolve("new/plain");
        assertThat(change(merge(adapter, plain))).isLessThan(1e-5);
        assertThat(predict(plain).out())
                .isEqualTo(predict(bench.model(), "--adapter", adapter).out());
        assertThat(plain.resolve("tokenizer.json")).hasContent("{}");
        assertThat(plain.resolve("pytorch_model.bin")).doesNotExist();
        assertThat(plain.resolve("config.json"))
                .hasSameTextualContentAs(bench.model().resolve("config.json"));
    }

    @ParameterizedTest
    @CsvSource({"F16,F16,1e-2", "bf16,BF16,1e-1"})
    void theTypeOfTheWeightsIsKeptOrChosen(String asked, String type, double near) throws IOException {
        Path adapter = trained("lora", "--rank", 2);
        Path narrow = folder.resolve("narrow");
        assertThat(change(merge(adapter, narrow, "--dtype", asked))).isBetween(1e-6, near);
        Safetensors file = Safetensors.open(narrow.resolve("model.safetensors"));
        assertThat(file.names()).allMatch(name -> file.type(name).equals(type));
        assertThat(Files.readString(narrow.resolve("config.json"))).contains("\"dtype\"", "float16");

        // and kept from there
        Path again = folder.resolve("again");
        Called kept = Called.rankine(
                "merge", "--model", narrow, "--adapter", adapter, "--out", again, "--backend", "reference");
        assertThat(change(kept)).isLessThan(near);
        Safetensors stored = Safetensors.open(again.resolve("model.safetensors"));
        assertThat(stored.names()).allMatch(name -> stored.type(name).equals(type));
        String untouched = "model.encoder.layernorm_embedding.weight";
        assertThat(stored.tensor(untouched, REFERENCE).toDoubles())
                .isEqualTo(file.tensor(untouched, REFERENCE).toDoubles());
    }

    @Test
    void whatCannotBeMergedIsRefusedAndNothingIsWritten() {
        Path adapter = trained("houlsby");
        Path out = folder.resolve("plain");
        Called called = merge(adapter, out);
        assertThat(called.exitCode()).isEqualTo(1);
        assertThat(called.err())
                .contains("no change of a weight matrix", "--adapter instead")
                .doesNotContain("\tat ");
        assertThat(out).doesNotExist();
        assertThat(merge(adapter, bench.model()).err()).contains("--out", "exists already");
        assertThat(merge(adapter, out, "--dtype", "I64").err()).contains("F32, F16 or BF16");
        assertThat(merge(adapter, out, "--dtype", "F8").exitCode()).isEqualTo(2);
        assertThat(merge(folder.resolve("nowhere"), out).err()).contains("--adapter", "no such folder");
        assertThat(merge(bench.model(), out).exitCode()).isEqualTo(1);
        assertThat(out).doesNotExist();
    }
}
