package dev.rankine.lora.peft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.rankine.Repository;
import dev.rankine.lora.AdaptedModel;
import dev.rankine.lora.Method;
import dev.rankine.lora.Methods;
import dev.rankine.lora.PlainFactors;
import dev.rankine.lora.SvdLora;
import dev.rankine.tensor.Backend;
import dev.rankine.tensor.DType;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import dev.rankine.tensor.reference.ReferenceBackend;
import dev.rankine.tensor.safetensors.Safetensors;
import dev.rankine.tensor.safetensors.SafetensorsWriter;
import dev.rankine.transformer.Bart;
import dev.rankine.transformer.checkpoint.Checkpoints;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.json.JsonMapper;

/** An AdaLoRA folder that PEFT wrote: ranks, training on from it, and what is refused. Its logits: PeftParityTest. */
class PeftAdaLoraTest {
    private static final Backend REFERENCE = new ReferenceBackend();
    private static final Method.Run RUN = new Method.Run(3, 0);
    private static final Path FIXTURES = Repository.root().resolve("tests/fixtures");
    private static final String FC1 = "base_model.model.model.encoder.layers.0.fc1";

    @TempDir
    Path folder;

    @BeforeEach
    void copy() throws IOException {
        for (String file : List.of(ConfigFile.NAME, PeftFolder.TENSORS)) {
            Files.copy(FIXTURES.resolve("peft_adalora").resolve(file), folder.resolve(file));
        }
    }

    private static Bart model() {
        return Checkpoints.load(FIXTURES.resolve("bart_scaled"), REFERENCE, DType.F32)
                .model();
    }

    private PeftAdapter load() {
        return PeftFolder.load(folder, REFERENCE);
    }

    @Test
    void itKeepsTheRanksOfTheFile() {
        AdaptedModel adapted = load().attach(model(), RUN);
        assertThat(adapted.method().name()).isEqualTo("adalora");
        assertThat(adapted.retained().triplets()).isEqualTo(32);
        assertThat(adapted.retained().initialTriplets()).isEqualTo(48);
        assertThat(adapted.retained().rank())
                .containsEntry("model.encoder.layers.0.fc1", 2)
                .containsEntry("model.decoder.layers.0.encoder_attn.q_proj", 0);
        SvdLora first = (SvdLora) adapted.adapters().getFirst();
        assertThat(first.scale()).isEqualTo(6 / (3 + 1e-5));
    }

    /** Read as AdaLoRA, written as plain LoRA, read again: the same changes. */
    @Test
    void itIsWrittenAsPlainLora() {
        AdaptedModel adapted = load().attach(model(), RUN);
        Path plain = folder.resolve("plain");
        PeftFolder.save(plain, adapted, BaseModel.at("bart_scaled"));
        PeftAdapter again = PeftFolder.load(plain, REFERENCE);
        assertThat(((LoraConfig) again.config())
                        .rankPattern().values().stream().mapToInt(rank -> rank).sum())
                .isEqualTo(32);
        List<PlainFactors> expected =
                load().factors().stream().filter(change -> change.rank() > 0).toList();
        List<PlainFactors> got = again.factors();
        assertThat(got).hasSameSizeAs(expected).hasSize(15);
        for (int i = 0; i < got.size(); i++) {
            assertThat(got.get(i).path()).isEqualTo(expected.get(i).path());
            assertThat(got.get(i).delta().toDoubles())
                    .containsExactly(expected.get(i).delta().toDoubles(), within(1e-6));
        }
    }

    /** Without rank_pattern nothing was pruned: all of init_r is there, and another run can begin from it. */
    @Test
    void trainingCanStartFromAFolderThatWasNotPruned() throws IOException {
        Path file = folder.resolve(ConfigFile.NAME);
        String text = Files.readString(file);
        int from = text.indexOf("\"rank_pattern\"");
        int to = text.indexOf('}', from) + 1;
        Files.writeString(file, text.substring(0, from) + "\"rank_pattern\": null" + text.substring(to));
        rewrite(tensors -> {
            for (String name : List.copyOf(tensors.keySet())) {
                Shape shape = tensors.get(name).shape();
                int axis = name.endsWith("lora_B") ? 1 : 0;
                double[] values = new double[3 * shape.dim(1 - axis)];
                for (int i = 0; i < values.length; i++) {
                    values[i] = Math.sin(i + name.length());
                }
                tensors.put(name, Tensor.of(REFERENCE, DType.F32, shape.with(axis, 3), values));
            }
        });
        List<PlainFactors> factors = load().factors();
        AdaptedModel other = Methods.named("adalora").with(Map.of("rank", "3")).attach(model(), RUN);
        other.startFrom(factors);
        Map<String, Tensor> expected = new TreeMap<>();
        factors.forEach(change -> expected.put(change.path(), change.delta()));
        other.lowRank()
                .forEach(module -> assertThat(module.delta().toDoubles())
                        .containsExactly(expected.get(module.path()).toDoubles(), within(1e-4)));
    }

    /** While it has every triplet it is written as it is, with every key that PEFT writes, and read back to the bit. */
    @Test
    void beforeAnythingIsPrunedItIsWrittenAsAdaLora() throws IOException {
        AdaptedModel adapted = Methods.named("adalora")
                .with(Map.of("rank", "3", "alpha", "7", "targets", "fc1,k_proj"))
                .attach(model(), RUN);
        for (var parameter : adapted.parameters().values()) {
            double[] values = new double[Math.toIntExact(parameter.shape().size())];
            Arrays.setAll(values, i -> Math.sin(i + values.length));
            parameter.data().write(values);
        }
        Path whole = folder.resolve("whole");
        PeftFolder.save(whole, adapted, BaseModel.at("bart_scaled"));
        PeftAdapter again = PeftFolder.load(whole, REFERENCE);
        assertThat(again.config()).isInstanceOfSatisfying(AdaLoraConfig.class, config -> {
            assertThat(config.initialRank()).isEqualTo(3);
            assertThat(config.alpha()).isEqualTo(7);
            assertThat(config.kept()).isEmpty();
        });
        AdaptedModel loaded = again.attach(model(), RUN);
        assertThat(loaded.parameters().keySet()).isEqualTo(adapted.parameters().keySet());
        loaded.parameters()
                .forEach((name, parameter) -> assertThat(parameter.data().toDoubles())
                        .isEqualTo(adapted.parameters().get(name).data().toDoubles()));
        JsonMapper json = JsonMapper.shared();
        assertThat(json.readTree(Files.readString(whole.resolve(ConfigFile.NAME)))
                        .propertyNames())
                .containsExactlyElementsOf(json.readTree(Files.readString(folder.resolve(ConfigFile.NAME)))
                        .propertyNames());
    }

    private void rewrite(Consumer<Map<String, Tensor>> change) throws IOException {
        Path file = folder.resolve(PeftFolder.TENSORS);
        Safetensors stored = Safetensors.open(file);
        Map<String, Tensor> tensors = new TreeMap<>();
        for (String name : stored.names()) {
            tensors.put(name, stored.tensor(name, REFERENCE).clone(DType.F32));
        }
        change.accept(tensors);
        SafetensorsWriter.write(file, tensors, Map.of("format", "pt"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"init_r\": 3|\"init_r\": 4|rank_pattern must give the lora_E of every module 4 flags",
                "fc1.lora_E|fc1.lora_X|rank_pattern must give the lora_E",
                "layers.0.fc1.lora_E|layers.9.fc1.lora_E|rank_pattern and tensors name different modules",
                "\"use_rslora\": false|\"use_rslora\": true|AdaLoRA has no use_rslora",
                "\"use_dora\": false|\"use_dora\": true|AdaLoRA has no use_rslora, use_dora",
                "\"alpha_pattern\": {}|\"alpha_pattern\": {\"fc1\": 2}|AdaLoRA has no use_rslora, use_dora or alpha_pattern",
                "\"deltaT\": 2|\"deltaS\": 2|unknown key 'deltaS'",
                "\"peft_type\": \"ADALORA\"|\"peft_type\": \"LORA\"|unknown key",
            })
    void configurationsThatWouldBeMisreadAreRefused(String before, String after, String why) throws IOException {
        Path file = folder.resolve(ConfigFile.NAME);
        String text = Files.readString(file);
        assertThat(text).contains(before);
        Files.writeString(file, text.replace(before, after));
        assertThatThrownBy(this::load).isInstanceOf(PeftException.class).hasMessageContaining(why);
    }

    @Test
    void tensorsThatDoNotFitAreRefused() throws IOException {
        rewrite(tensors -> tensors.put(FC1 + ".lora_E", Tensor.zeros(REFERENCE, DType.F32, Shape.of(3, 1))));
        assertThatThrownBy(this::load).hasMessageContaining("fc1: lora_E is [3, 1]");
        rewrite(tensors -> tensors.remove(FC1 + ".lora_E"));
        assertThatThrownBy(this::load).hasMessageContaining("without all of [lora_A, lora_E, lora_B]");
    }
}
