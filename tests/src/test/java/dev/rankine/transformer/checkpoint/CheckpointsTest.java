package dev.rankine.transformer.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rankine.Repository;
import dev.rankine.tensor.Backend;
import dev.rankine.tensor.DType;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import dev.rankine.tensor.reference.ReferenceBackend;
import dev.rankine.tensor.safetensors.Safetensors;
import dev.rankine.tensor.safetensors.SafetensorsWriter;
import dev.rankine.transformer.Bart;
import dev.rankine.transformer.Machine;
import dev.rankine.transformer.NormOrder;
import dev.rankine.transformer.RandomWeights;
import dev.rankine.transformer.TransformerSettings;
import dev.rankine.transformer.TransformerSettings.Form;
import dev.rankine.transformer.TransformerSettings.Stack;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Folders written and read back, and every way in which one can be wrong. */
class CheckpointsTest {
    private static final Backend BACKEND = new ReferenceBackend();
    private static final Path GOOD = Repository.root().resolve("tests/fixtures/bart");
    private static final String SHARED = "model.shared.weight";

    @TempDir
    private Path folder;

    private final Map<String, Tensor> tensors = new LinkedHashMap<>();

    @BeforeEach
    void copyAGoodFolder() throws IOException {
        Files.copy(GOOD.resolve("config.json"), folder.resolve("config.json"));
        Safetensors file = Safetensors.open(GOOD.resolve("model.safetensors"));
        for (String name : file.names()) {
            tensors.put(name, file.tensor(name, BACKEND));
        }
    }

    private Checkpoint load() throws IOException {
        SafetensorsWriter.write(folder.resolve("model.safetensors"), tensors, Map.of());
        return Checkpoints.load(folder, BACKEND);
    }

    private void assertRefused(Consumer<Map<String, Tensor>> damage, String... messages) {
        damage.accept(tensors);
        assertThatThrownBy(this::load)
                .isInstanceOf(CheckpointException.class)
                .hasMessageStartingWith(folder.resolve("model.safetensors") + ": ")
                .satisfies(refusal -> assertThat(refusal.getMessage()).contains(messages));
    }

    @ParameterizedTest
    @EnumSource(NormOrder.class)
    void whatIsSavedIsLoadedBitForBit(NormOrder norms) {
        TransformerSettings settings = TransformerSettings.of(9, 6, 12, new Stack(1, 2, 5), new Stack(2, 3, 4))
                .form(Form.BART.norms(norms));
        Bart model = new Bart(settings, new RandomWeights(BACKEND, DType.F32, 4));
        BartConfig config =
                BartConfig.of(settings, new BartConfig.Symbols(0, 1, 2, 1)).with("grapheme_chars", "____abc");
        Path saved = folder.resolve("runs/base");
        Checkpoints.save(saved, new Checkpoint(config, model));
        Checkpoint loaded = Checkpoints.load(saved, BACKEND);
        assertThat(loaded.config()).isEqualTo(config);
        assertThat(loaded.model().weights().keySet()).isEqualTo(model.weights().keySet());
        model.weights()
                .forEach((name, weight) -> assertThat(
                                loaded.model().weights().get(name).data().toFloats())
                        .isEqualTo(weight.data().toFloats()));
        assertThat(loaded.model().buffers()).containsOnlyKeys("final_logits_bias");
        assertThat(saved).isDirectoryNotContaining("glob:**.part");
        assertThatThrownBy(() -> Checkpoints.save(saved, loaded))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("exists already; choose another folder");
    }

    @Test
    void aConfigurationOfAnotherModelIsNotSaved() {
        Stack stack = new Stack(1, 2, 5);
        TransformerSettings settings = TransformerSettings.of(9, 6, 12, stack, stack);
        Bart model = new Bart(settings, new RandomWeights(BACKEND, DType.F32, 4));
        BartConfig other = BartConfig.of(settings.initStd(1), new BartConfig.Symbols(0, 1, 2, 1));
        assertThatThrownBy(() -> new Checkpoint(other, model))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("is not of a model with");
    }

    @Test
    void weightsBeginFrozenOverTheFileAndMoveWhereTheyCanBeTrained() throws IOException {
        Checkpoint loaded = load();
        loaded.model().weights().forEach((name, weight) -> {
            assertThat(weight.requiresGradient()).as(name).isFalse();
            boolean onlyReadByProducts = weight.shape().rank() > 1 && !name.contains("embed_positions");
            assertThat(weight.data().storage().isReadOnly()).as(name).isEqualTo(onlyReadByProducts);
            double[] before = weight.data().toDoubles();
            weight.requiresGradient(true);
            assertThat(weight.data().toDoubles()).as(name).isEqualTo(before);
            BACKEND.fill(weight.data().forWriting("test"), 0);
        });
        assertThat(tensors.get(SHARED).toFloats()).doesNotContain(0f);
    }

    @ParameterizedTest
    @ValueSource(strings = {"lm_head.weight", "model.encoder.embed_tokens.weight", "model.decoder.embed_tokens.weight"})
    void aTiedWeightMayBeStoredAgainIfItIsEqual(String again) throws IOException {
        tensors.put(again, tensors.get(SHARED));
        assertThat(load().model().weights()).doesNotContainKey(again);
        Tensor other = tensors.get(SHARED).clone(DType.F32);
        float[] values = other.toFloats();
        values[7] += 1;
        tensors.put(again, Tensor.of(BACKEND, other.shape(), values));
        assertRefused(all -> {}, "1 tensor is unfit: " + again + " differs from " + SHARED);
    }

    @Test
    void aTiedWeightMayBeStoredUnderItsOtherNameAlone() throws IOException {
        float[] shared = tensors.get(SHARED).toFloats();
        tensors.put("lm_head.weight", tensors.remove(SHARED));
        assertThat(load().model().weights().get(SHARED).data().toFloats()).isEqualTo(shared);
    }

    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"F16", "BF16", "F64"})
    void otherFloatingTypesAreConverted(DType stored) throws IOException {
        String name = "model.encoder.layers.0.fc1.bias";
        float[] before = tensors.get(name).toFloats();
        Tensor narrow = tensors.get(name).copy("narrow", stored);
        double[] exact = narrow.toDoubles();
        tensors.put(name, narrow);
        Tensor loaded = load().model().weights().get(name).data();
        assertThat(loaded.dtype()).isEqualTo(DType.F32);
        assertThat(loaded.toDoubles()).isEqualTo(exact);
        for (int i = 0; i < before.length; i++) {
            assertThat(Math.abs(exact[i] - before[i])).isLessThan(0.01 * Math.abs(before[i]));
        }
    }

    @Test
    void everyTensorThatIsMissingIsNamed() {
        assertRefused(
                all -> all.keySet().removeIf(name -> name.endsWith("fc1.bias")),
                "does not fit its configuration: 4 tensors are missing: model.encoder.layers.0.fc1.bias,"
                        + " model.encoder.layers.1.fc1.bias, model.decoder.layers.0.fc1.bias");
        assertRefused(Map::clear, "92 tensors are missing: model.shared.weight, ", " and 84 more");
    }

    @Test
    void everyTensorWithoutAPlaceIsNamed() {
        Tensor more = Tensor.of(BACKEND, Shape.of(1), 1f);
        assertRefused(
                all -> {
                    all.put("model.encoder.layers.2.fc1.bias", more);
                    all.put("classification_head.dense.bias", more);
                },
                "2 tensors are not of this architecture: ",
                "model.encoder.layers.2.fc1.bias",
                "classification_head.dense.bias");
    }

    @Test
    void tensorsThatDoNotFitAreNamedWithBothShapes() {
        assertRefused(
                all -> {
                    all.put("final_logits_bias", Tensor.of(BACKEND, Shape.of(19), new float[19]));
                    all.put("model.encoder.layers.0.fc1.bias", Tensor.ofLongs(BACKEND, Shape.of(24), new long[24]));
                },
                "2 tensors are unfit: ",
                "final_logits_bias is [19], the configuration needs [1, 19]",
                "model.encoder.layers.0.fc1.bias holds whole numbers (I64)");
    }

    @ParameterizedTest
    @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
    void weightsThatAreNoNumbersAreRefused(float value) {
        float[] values = new float[24];
        values[5] = value;
        assertRefused(
                all -> all.put("model.encoder.layers.0.fc1.bias", Tensor.of(BACKEND, Shape.of(24), values)),
                "model.encoder.layers.0.fc1.bias holds NaN or infinity");
    }

    @Test
    void aFolderWithoutWhatItNeedsIsRefused() throws IOException {
        assertLoadRefused(folder.resolve("none"), "there is no such folder; expected a folder with config.json");
        assertLoadRefused(folder.resolve("config.json"), "is a file; expected a folder");
        assertLoadRefused(folder, "model.safetensors: there is no such file; a model folder needs it");
        Files.createFile(folder.resolve("pytorch_model.bin"));
        assertLoadRefused(folder, "save the model again with safe_serialization=True");
        Files.delete(folder.resolve("config.json"));
        assertLoadRefused(folder, "config.json: there is no such file");
    }

    @Test
    void aTruncatedFileIsRefused() throws IOException {
        byte[] whole = Files.readAllBytes(GOOD.resolve("model.safetensors"));
        for (int length : new int[] {0, 7, 100, whole.length / 2, whole.length - 1}) {
            Files.write(folder.resolve("model.safetensors"), Arrays.copyOf(whole, length));
            assertLoadRefused(folder, "model.safetensors: ");
        }
    }

    private static void assertLoadRefused(Path folder, String message) {
        assertThatThrownBy(() -> Checkpoints.load(folder, BACKEND))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining(message);
    }

    @Test
    void theTypeOfAModelCanBeChosen() {
        Checkpoint exact = Checkpoints.load(GOOD, Machine.EXACT.backend(), DType.F64);
        exact.model()
                .weights()
                .values()
                .forEach(weight -> assertThat(weight.data().dtype()).isEqualTo(DType.F64));
    }
}
