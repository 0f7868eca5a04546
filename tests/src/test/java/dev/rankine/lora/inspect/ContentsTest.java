package dev.rankine.lora.inspect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.rankine.Repository;
import dev.rankine.lora.AdaptedModel;
import dev.rankine.lora.Method;
import dev.rankine.lora.Methods;
import dev.rankine.lora.PlainFactors;
import dev.rankine.lora.peft.BaseModel;
import dev.rankine.lora.peft.PeftFolder;
import dev.rankine.lora.task.AdapterFolder;
import dev.rankine.tensor.Backend;
import dev.rankine.tensor.DType;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import dev.rankine.tensor.linalg.Matrix;
import dev.rankine.tensor.linalg.Svd;
import dev.rankine.tensor.reference.ReferenceBackend;
import dev.rankine.tensor.safetensors.Safetensors;
import dev.rankine.tensor.safetensors.SafetensorsWriter;
import dev.rankine.transformer.Bart;
import dev.rankine.transformer.RandomWeights;
import dev.rankine.transformer.TransformerSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is said of folders is what lies in them, and spectra are those of the matrices. */
class ContentsTest {
    private static final Backend REFERENCE = new ReferenceBackend();
    private static final Path FIXTURES = Repository.root().resolve("tests/fixtures");

    @TempDir
    Path folder;

    private static Tensor tensor(Shape shape, double... values) {
        return Tensor.of(REFERENCE, DType.F32, shape, values);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0 bytes",
        "1023, 1023 bytes",
        "1024, 1.0 KiB",
        "1536, 1.5 KiB",
        "1048576, 1.0 MiB",
        "3221225472, 3.0 GiB",
        "1099511627776, 1.0 TiB",
        "5497558138880000, 5000.0 TiB"
    })
    void amountsAreReadable(long bytes, String text) {
        assertThat(Bytes.text(bytes)).isEqualTo(text);
    }

    /** B A = diag(3, 4): its singular values are 4 and 3, its norm is 5. */
    @Test
    void aChangeIsMeasuredByItsSingularValues() {
        Tensor a = tensor(Shape.of(2, 3), 3, 0, 0, 0, 4, 0);
        Tensor b = tensor(Shape.of(4, 2), 1, 0, 0, 1, 0, 0, 0, 0);
        LowRankModule module = LowRankModule.of(new PlainFactors("m", a, b));
        assertThat(module.singularValues()).hasSize(2);
        assertThat(module.singularValues().getFirst()).isCloseTo(4, within(1e-9));
        assertThat(module.singularValues().getLast()).isCloseTo(3, within(1e-9));
        assertThat(module.norm()).isCloseTo(5, within(1e-9));
        assertThat(module.numbers()).isEqualTo(2 * (4 + 3));
        assertThat(List.of(module.outputs(), module.inputs(), module.rank())).containsExactly(4, 3, 2);
    }

    private static long bytes(Path folder) throws IOException {
        long bytes = 0;
        try (var files = Files.list(folder)) {
            for (Path file : files.toList()) {
                bytes += Files.size(file);
            }
        }
        return bytes;
    }

    @Test
    void peftsFolders() throws IOException {
        Path peft = Files.createDirectory(folder.resolve("peft"));
        for (String file : List.of("adapter_config.json", "adapter_model.safetensors")) {
            Files.copy(FIXTURES.resolve("peft_lora").resolve(file), peft.resolve(file));
        }
        AdapterContents contents = AdapterContents.read(peft, REFERENCE);
        Safetensors file = Safetensors.open(peft.resolve("adapter_model.safetensors"));
        assertThat(contents.format()).isEqualTo("peft");
        assertThat(contents.method()).isEqualTo("lora");
        assertThat(contents.baseModel()).isEqualTo("bart_scaled");
        assertThat(contents.bytes()).isEqualTo(bytes(peft));
        assertThat(contents.numbers())
                .isEqualTo(file.names().stream()
                        .mapToLong(name -> file.shape(name).size())
                        .sum());
        assertThat(contents.modules()).hasSize(file.names().size() / 2);
        assertThat(contents.others()).isEmpty();
        AdapterContents dora = AdapterContents.read(FIXTURES.resolve("peft_dora"), REFERENCE);
        assertThat(dora.method()).isEqualTo("dora");
        assertThat(dora.others()).isNotEmpty().allMatch(tensor -> tensor.name().contains("magnitude"));
        assertThat(dora.others()).noneMatch(tensor -> tensor.name().startsWith(PeftFolder.PREFIX));
    }

    @Test
    void whatIsNoChangeOfAMatrixIsListedTensorByTensor() {
        var stack = new TransformerSettings.Stack(1, 2, 12);
        Bart model =
                new Bart(TransformerSettings.of(6, 8, 12, stack, stack), new RandomWeights(REFERENCE, DType.F32, 1));
        AdaptedModel adapted = Methods.named("houlsby").attach(model, new Method.Run(1, 0));
        AdapterFolder.save(folder.resolve("houlsby"), adapted, BaseModel.at("tiny"));
        AdapterContents contents = AdapterContents.read(folder.resolve("houlsby"), REFERENCE);
        assertThat(contents.format()).isEqualTo("rankine");
        assertThat(contents.method()).isEqualTo("houlsby");
        assertThat(contents.baseModel()).isEqualTo("tiny");
        assertThat(contents.modules()).isEmpty();
        assertThat(contents.numbers()).isEqualTo(adapted.trainableParameters());
        assertThat(contents.others()).hasSameSizeAs(adapted.parameters().keySet());
    }

    @Test
    void loralibsFiles() throws IOException {
        Path loralib = Files.createDirectory(folder.resolve("loralib"));
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        tensors.put("layer.lora_A", tensor(Shape.of(1, 3), 0, 3, 4));
        tensors.put("layer.lora_B", tensor(Shape.of(2, 1), 0, 2));
        tensors.put("alone.lora_A", tensor(Shape.of(1, 3), 1, 1, 1));
        tensors.put("head.weight", tensor(Shape.of(2, 2), 1, 2, 3, 4));
        SafetensorsWriter.write(loralib.resolve("adapter.safetensors"), tensors, Map.of());
        AdapterContents contents = AdapterContents.read(loralib, REFERENCE);
        assertThat(contents.format()).isEqualTo("loralib");
        assertThat(contents.method()).isEqualTo("lora");
        assertThat(contents.numbers()).isEqualTo(3 + 2 + 3 + 4);
        assertThat(contents.modules()).hasSize(1);
        assertThat(contents.modules().getFirst().path()).isEqualTo("layer");
        assertThat(contents.modules().getFirst().norm()).isCloseTo(10, within(1e-6));
        assertThat(contents.others())
                .extracting(StoredTensor::name)
                .containsExactlyInAnyOrder("alone.lora_A", "head.weight");
        tensors.keySet().removeIf(name -> name.startsWith("layer"));
        SafetensorsWriter.write(loralib.resolve("adapter.safetensors"), tensors, Map.of());
        assertThatThrownBy(() -> AdapterContents.read(loralib, REFERENCE)).hasMessageContaining("holds no adapter");
    }

    /** One layer of width 16 with 20 inside: four matrices of 16 x 16, two of 16 x 20. */
    @Test
    void aModelsFolder() throws Exception {
        Path bert = FIXTURES.resolve("models/bert_words");
        ModelContents contents = ModelContents.read(bert, REFERENCE, 3);
        Safetensors file = Safetensors.open(bert.resolve("model.safetensors"));
        long numbers =
                file.names().stream().mapToLong(name -> file.shape(name).size()).sum();
        assertThat(contents.architecture()).isEqualTo("BertForMaskedLM");
        assertThat(contents.files()).isEqualTo(1);
        assertThat(contents.bytes()).isEqualTo(Files.size(bert.resolve("model.safetensors")));
        assertThat(contents.numbers()).isEqualTo(numbers);
        assertThat(contents.weightBytes()).isEqualTo(4 * numbers);
        assertThat(contents.adapterNumbers(2)).isEqualTo(2 * (4 * (16 + 16) + 2 * (16 + 20)));
        long matrices = file.names().stream()
                .filter(name -> file.shape(name).rank() == 2)
                .count();
        assertThat((long) contents.spectra().size()).isEqualTo(matrices);
        for (String name : contents.spectra().keySet()) {
            List<Double> values = contents.spectra().get(name);
            double[] exact = Svd.of(Matrix.of(file.tensor(name, REFERENCE))).values();
            assertThat(values).hasSize(Math.min(3, exact.length));
            for (int i = 0; i < values.size(); i++) {
                assertThat(values.get(i)).isCloseTo(exact[i], within(1e-3 * exact[0]));
            }
        }
        assertThat(ModelContents.read(bert, REFERENCE, 0).spectra()).isEmpty();
    }

    @Test
    void memoryAddsUpAndEndsWhereItSays() {
        ModelForm form = new ModelForm(16, 20, 19, 1, 0, false);
        long activations = form.activations(2, 8);
        MemoryEstimate estimate = MemoryEstimate.of(form, 1000, 50, 2, 8);
        assertThat(estimate.trained()).isEqualTo(50 * 4 * 4);
        assertThat(estimate.tensors()).isEqualTo(800 + activations);
        assertThat(estimate.total()).isEqualTo(1000 + 800 + activations + MemoryEstimate.PROGRAM);
        assertThat(estimate.fits(new MachineMemory(estimate.total(), estimate.tensors(), 0)))
                .isTrue();
        assertThat(estimate.fits(new MachineMemory(estimate.total() - 1, estimate.tensors(), 0)))
                .isFalse();
        assertThat(estimate.fits(new MachineMemory(estimate.total(), estimate.tensors() - 1, 0)))
                .isFalse();
        MachineMemory forThree = new MachineMemory(1L << 40, 800 + activations / 2 * 3, 0);
        assertThat(estimate.largestBatch(forThree)).isBetween(2L, 3L);
        assertThat(estimate.largestBatch(new MachineMemory(1L << 40, 700, 0))).isZero();
        MachineMemory caching = new MachineMemory(1L << 40, 1L << 40, 1500);
        assertThat(estimate.packed(caching)).isEqualTo(1500);
        assertThat(estimate.storedWide(300).packed(caching)).isEqualTo(600);
        assertThat(estimate.storedWide(0).packed(caching)).isZero();
        MemoryEstimate endless = new MemoryEstimate(Long.MAX_VALUE, 0, 5, Long.MAX_VALUE - 5, 1, 1);
        assertThat(endless.tensors()).isEqualTo(Long.MAX_VALUE);
        assertThat(endless.total()).isEqualTo(Long.MAX_VALUE);
        assertThat(form.activations(4, 8)).isCloseTo(2 * activations, within(1L));
        assertThat(new ModelForm(16, 20, 19, 2, 0, false).activations(2, 8)).isGreaterThan(activations);
        assertThat(new ModelForm(16, 20, 19, 1, 1, false).activations(2, 8)).isGreaterThan(activations);
    }
}
