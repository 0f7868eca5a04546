package dev.rankine.lora.peft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.rankine.lora.AdaptedModel;
import dev.rankine.lora.Chain;
import dev.rankine.lora.Method;
import dev.rankine.lora.Methods;
import dev.rankine.lora.StoredAdapter;
import dev.rankine.lora.task.AdapterFolder;
import dev.rankine.tensor.Backend;
import dev.rankine.tensor.DType;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import dev.rankine.tensor.reference.ReferenceBackend;
import dev.rankine.tensor.safetensors.Safetensors;
import dev.rankine.tensor.safetensors.SafetensorsWriter;
import dev.rankine.transformer.train.ParameterGroup;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Modules that are trained whole beside an adapter, such as a new head: trained, written, read, taken off again. */
class ModulesToSaveTest {
    private static final Backend REFERENCE = new ReferenceBackend();
    private static final Method.Run RUN = new Method.Run(3, 0.25);
    private static final List<String> HEAD = List.of("2.fc");
    private static final String WEIGHT = "layers.2.fc.weight";

    @TempDir
    Path temporary;

    private static Chain chain() {
        return new Chain(REFERENCE, DType.F32, 1, 6, 7, 5, 3);
    }

    private static double[] numbers(Chain model) {
        return model.numbers(model.normal(100, 1, Shape.of(4, 6)));
    }

    /** Adapters on the two lower modules, the upper one trained whole; both as after some training. */
    private static AdaptedModel trained(Chain model, String method) {
        AdaptedModel adapted = Methods.named(method)
                .with(Map.of("rank", "2", "targets", "0.fc,1.fc"))
                .attach(model, RUN)
                .trainingModules(model, HEAD, RUN.weightDecay());
        long stream = 300;
        for (var parameter : adapted.parameters().values()) {
            parameter.data().write(model.normal(stream++, .5, parameter.shape()).toDoubles());
        }
        return adapted;
    }

    @ParameterizedTest
    @ValueSource(strings = {"lora", "rslora", "dora", "adalora", "salora"})
    void theyComeBackBitByBitAndTheModelIsItselfAfterwards(String method) throws IOException {
        Chain model = chain();
        AdaptedModel adapted = trained(model, method);
        double[] expected = numbers(model);
        Path folder = temporary.resolve("adapter");
        PeftFolder.save(folder, adapted, BaseModel.at("base"));
        assertThat(Files.readString(folder.resolve(ConfigFile.NAME)))
                .contains("\"modules_to_save\": [\n    \"2.fc\"\n  ]");
        assertThat(Safetensors.open(folder.resolve(PeftFolder.TENSORS)).names())
                .contains("base_model.model." + WEIGHT, "base_model.model.layers.2.fc.bias");

        Chain fresh = chain();
        double[] bare = numbers(fresh);
        AdaptedModel loaded = PeftFolder.load(folder, REFERENCE).attach(fresh, RUN);
        assertThat(loaded.trainedModules()).isEqualTo(HEAD);
        double[] once = numbers(fresh);
        assertThat(once).containsExactly(expected, within(1e-6));
        loaded.detach();
        assertThat(numbers(fresh)).isEqualTo(bare);
        loaded.attach();
        assertThat(numbers(fresh)).isEqualTo(once);
    }

    @Test
    void methodsWithoutAFormInPeftsFilesKeepThemToo() {
        StoredAdapter stored = StoredAdapter.of(trained(chain(), "lora"), "base");
        Path folder = temporary.resolve("stored");
        stored.write(folder);
        Chain fresh = chain();
        AdaptedModel loaded = AdapterFolder.attach(folder, fresh, REFERENCE, RUN);
        assertThat(loaded.trainedModules()).isEqualTo(HEAD);
        Chain model = chain();
        trained(model, "lora");
        assertThat(numbers(fresh)).isEqualTo(numbers(model));
    }

    @Test
    void theyAreTrainedByTheMethodsController() {
        Chain model = chain();
        AdaptedModel adapted = trained(model, "salora");
        List<ParameterGroup> groups = adapted.controller().parameterGroups();
        Map<String, ParameterGroup> byParameter = new LinkedHashMap<>();
        groups.forEach(group -> group.parameters().keySet().forEach(name -> byParameter.put(name, group)));
        assertThat(byParameter).containsKeys(WEIGHT, "layers.2.fc.bias", "layers.0.fc.lora_A.weight");
        assertThat(byParameter.get(WEIGHT).weightDecay()).isEqualTo(.25);
        assertThat(byParameter.get("layers.2.fc.bias").weightDecay()).isZero();
        assertThat(byParameter.get(WEIGHT).parameters().get(WEIGHT).requiresGradient())
                .isTrue();
        assertThat(groups.stream().map(ParameterGroup::name).collect(Collectors.toSet()))
                .hasSameSizeAs(groups);
        assertThat(adapted.trainableParameters()).isEqualTo(2 * (6 + 7 + 7 + 5) + 3 * 5 + 3);
    }

    @Test
    void namesThatStandForNothingOrForAnAdaptersModuleAreRefused() {
        Chain model = chain();
        AdaptedModel adapted = Methods.named("lora").with(Map.of("rank", "2")).attach(model, RUN);
        assertThatThrownBy(() -> adapted.trainingModules(model, List.of("head"), 0))
                .hasMessageContaining("no module 'head'")
                .hasMessageContaining(WEIGHT);
        assertThatThrownBy(() -> adapted.trainingModules(model, HEAD, 0))
                .hasMessageContaining("layers.2.fc")
                .hasMessageContaining("leave it out of the targets");
    }

    @Test
    void filesThatDoNotFitTheModuleAreRefused() throws IOException {
        Path folder = temporary.resolve("adapter");
        PeftFolder.save(folder, trained(chain(), "lora"), BaseModel.at("base"));
        refused(
                folder,
                tensors ->
                        tensors.put("base_model.model." + WEIGHT, Tensor.zeros(REFERENCE, DType.F32, Shape.of(4, 5))),
                WEIGHT,
                "[3, 5]",
                "[4, 5]");
        refused(folder, tensors -> tensors.remove("base_model.model." + WEIGHT), "missing [" + WEIGHT);
        refused(
                folder,
                tensors -> tensors.put(
                        "base_model.model.layers.2.fc.gain", Tensor.zeros(REFERENCE, DType.F32, Shape.of(3))),
                "unknown [layers.2.fc.gain]");
    }

    private void refused(Path folder, Consumer<Map<String, Tensor>> change, String... words) throws IOException {
        Path file = folder.resolve(PeftFolder.TENSORS);
        byte[] whole = Files.readAllBytes(file);
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        Safetensors stored = Safetensors.open(file);
        for (String name : stored.names()) {
            tensors.put(name, stored.tensor(name, REFERENCE).clone(DType.F32));
        }
        change.accept(tensors);
        SafetensorsWriter.write(file, tensors, Map.of("format", "pt"));
        Chain fresh = chain();
        double[] bare = numbers(fresh);
        assertThatThrownBy(() -> PeftFolder.load(folder, REFERENCE).attach(fresh, RUN))
                .isInstanceOf(PeftException.class)
                .hasMessageContainingAll(words);
        assertThat(numbers(fresh)).isEqualTo(bare);
        Files.write(file, whole);
    }
}
