package dev.rankine.lora.peft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rankine.lora.AdaptedModel;
import dev.rankine.lora.Chain;
import dev.rankine.lora.Method;
import dev.rankine.lora.Methods;
import dev.rankine.tensor.Backend;
import dev.rankine.tensor.DType;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import dev.rankine.tensor.reference.ReferenceBackend;
import dev.rankine.tensor.safetensors.Safetensors;
import dev.rankine.tensor.safetensors.SafetensorsWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Folders that are no LoRA, or not this model's: refused by file, key or module, with nothing ignored. */
class PeftRefusalTest {
    private static final Backend REFERENCE = new ReferenceBackend();
    private static final Method.Run RUN = new Method.Run(3, 0);
    private static final String A = "base_model.model.layers.0.fc.lora_A.weight";
    private static final String B = "base_model.model.layers.0.fc.lora_B.weight";

    @TempDir
    Path temporary;

    private Path folder;

    @BeforeEach
    void save() {
        folder = temporary.resolve("adapter");
        AdaptedModel adapted =
                Methods.named("lora").with(Map.of("rank", "2", "targets", "fc")).attach(chain(), RUN);
        PeftFolder.save(folder, adapted, BaseModel.at("base"));
    }

    private static Chain chain() {
        return new Chain(REFERENCE, DType.F32, 1, 6, 7, 5);
    }

    private PeftAdapter load() {
        return PeftFolder.load(folder, REFERENCE);
    }

    /** Found by fuzzing: the matcher of the JDK would not come back from such keys. */
    @Test
    void anExpressionThatTriesForEverIsRefused() {
        String path = "model.decoder.layers.0.self_attn.q_proj".repeat(3);
        assertThat(PathPattern.matches(".*decoder.*(self|cross)_attn.*proj", path))
                .isTrue();
        assertThatThrownBy(() -> PathPattern.matches("((\\w+\\.?)+)+!", path))
                .isInstanceOf(PeftException.class)
                .hasMessageContaining("takes too long");
        assertThatThrownBy(() -> PathPattern.checked(folder, "(".repeat(100_000)))
                .isInstanceOf(PeftException.class)
                .hasMessageContaining("100000 characters");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"peft_type\": \"LORA\"|\"peft_type\": \"LOHA\"|peft_type is \"LOHA\"",
                "\"use_dora\": false|\"use_dora\": true|without all of [lora_A, lora_B, lora_magnitude_vector]: [layers.0.fc, layers.1.fc]",
                "\"bias\": \"none\"|\"bias\": \"all\"|'bias' is \"all\"",
                "\"modules_to_save\": null|\"modules_to_save\": [\"head\"]|holds no weight of 'head'",
                "\"modules_to_save\": null|\"modules_to_save\": \"head\"|'modules_to_save' must name modules",
                "\"init_lora_weights\": true|\"init_lora_weights\": \"pissa\"|a start that changes the base weights",
                "\"qalora_group_size\": 16|\"qalora_grupsize\": 16|unknown key 'qalora_grupsize'",
                "\"rank_pattern\": {}|\"rank_pattern\": {\"fc9\": 2}|the key 'fc9' of rank_pattern matches no module",
                "\"alpha_pattern\": {}|\"alpha_pattern\": {\"fc(\": 2}|'fc(' is no regular expression",
                "\"rank_pattern\": {}|\"rank_pattern\": {\"0.fc\": 3}|module layers.0.fc: lora_A [2, 6] and lora_B [7, 2] do not have the rank 3",
                "\"r\": 2|\"r\": \"two\"|'r' must be a number",
                "\"use_rslora\": false|\"use_rslora\": 1|'use_rslora' must be true or false",
                "\"r\": 2|\"r\": 2, \"r\": 2|cannot be read",
                "\"fc\"|7|which is no name",
            })
    void configurationsThatWouldBeMisreadAreRefused(String before, String after, String why) throws IOException {
        Path file = folder.resolve("adapter_config.json");
        String text = Files.readString(file);
        assertThat(text).contains(before);
        Files.writeString(file, text.replace(before, after));
        assertThatThrownBy(this::load).isInstanceOf(PeftException.class).hasMessageContaining(why);
    }

    private void rewrite(Consumer<Map<String, Tensor>> change) throws IOException {
        Path file = folder.resolve("adapter_model.safetensors");
        Safetensors stored = Safetensors.open(file);
        Map<String, Tensor> tensors = new TreeMap<>();
        for (String name : stored.names()) {
            tensors.put(name, stored.tensor(name, REFERENCE).clone(DType.F32));
        }
        change.accept(tensors);
        SafetensorsWriter.write(file, tensors, Map.of("format", "pt"));
    }

    private static Tensor zeros(int... lengths) {
        return Tensor.zeros(REFERENCE, DType.F32, Shape.of(lengths));
    }

    @Test
    void tensorsOfAnotherKindAreRefused() throws IOException {
        rewrite(tensors -> tensors.put("base_model.model.layers.0.fc.lora_magnitude_vector", zeros(7)));
        assertThatThrownBy(this::load)
                .hasMessageContaining("no part of such an adapter")
                .hasMessageContaining("magnitude");
    }

    @Test
    void halfAPairIsRefused() throws IOException {
        rewrite(tensors -> tensors.remove(B));
        assertThatThrownBy(this::load).hasMessageContaining("without all of [lora_A, lora_B]: [layers.0.fc]");
    }

    @Test
    void anotherRankIsRefused() throws IOException {
        rewrite(tensors -> tensors.put(A, zeros(3, 6)));
        assertThatThrownBy(this::load).hasMessageContaining("layers.0.fc").hasMessageContaining("rank 2");
    }

    @Test
    void anotherWidthIsRefusedByTheModel() throws IOException {
        rewrite(tensors -> tensors.put(A, zeros(2, 9)));
        assertThatThrownBy(() -> load().attach(chain(), RUN))
                .hasMessageContaining("module layers.0.fc: lora_A [2, 9]")
                .hasMessageContaining("[7, 6]");
    }

    @Test
    void modulesThatTheModelLacksAreRefused() {
        Chain shorter = new Chain(REFERENCE, DType.F32, 1, 6, 7);
        assertThatThrownBy(() -> load().attach(shorter, RUN)).hasMessageContaining("no linear modules [layers.1.fc]");
        assertThat(shorter.sites().linear().getFirst().isOccupied()).isFalse();
    }

    @Test
    void modulesWithoutTensorsAreRefused() throws IOException {
        rewrite(tensors -> {
            tensors.remove(A);
            tensors.remove(B);
        });
        assertThatThrownBy(() -> load().attach(chain(), RUN)).hasMessageContaining("different modules: [layers.0.fc]");
    }

    @Test
    void targetsThatMatchNothingAreRefused() throws IOException {
        Path file = folder.resolve("adapter_config.json");
        Files.writeString(file, Files.readString(file).replace("\"fc\"", "\"fc\", \"q_proj\""));
        assertThatThrownBy(() -> load().attach(chain(), RUN)).hasMessageContaining("'q_proj' of target_modules");
    }

    @Test
    void targetsMayBeARegularExpression() throws IOException {
        Path file = folder.resolve("adapter_config.json");
        String text = Files.readString(file);
        String list = text.substring(text.indexOf("\"target_modules\""), text.indexOf(']') + 1);
        Files.writeString(file, text.replace(list, "\"target_modules\": \"layers\\\\.[01]\\\\.fc\""));
        assertThat(load().attach(chain(), RUN).adapters()).hasSize(2);
        Files.writeString(file, text.replace(list, "\"target_modules\": \"all-linear\""));
        assertThat(load().attach(chain(), RUN).adapters()).hasSize(2);
        Files.writeString(file, text.replace(list, "\"target_modules\": \"fc\""));
        assertThatThrownBy(() -> load().attach(chain(), RUN)).hasMessageContaining("different modules");
    }

    @Test
    void missingAndBrokenFilesAreNamed() throws IOException {
        assertThatThrownBy(() -> PeftFolder.load(temporary.resolve("nowhere"), REFERENCE))
                .hasMessageContaining("no such folder");
        Path tensors = folder.resolve("adapter_model.safetensors");
        byte[] whole = Files.readAllBytes(tensors);
        Files.write(tensors, Arrays.copyOf(whole, whole.length - 5));
        assertThatThrownBy(this::load).isInstanceOf(PeftException.class).hasMessageContaining("truncated");
        Files.delete(tensors);
        assertThatThrownBy(this::load)
                .isInstanceOf(PeftException.class)
                .hasMessageContaining("adapter_model.safetensors");
        Files.writeString(folder.resolve("adapter_config.json"), "{");
        assertThatThrownBy(this::load).isInstanceOf(PeftException.class).hasMessageContaining("adapter_config.json");
    }
}
