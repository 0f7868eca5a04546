package dev.rankine.lora;

import dev.rankine.tensor.Backend;
import dev.rankine.tensor.Tensor;
import dev.rankine.tensor.files.SmallFile;
import dev.rankine.tensor.files.Whole;
import dev.rankine.tensor.safetensors.Safetensors;
import dev.rankine.tensor.safetensors.SafetensorsWriter;
import dev.rankine.transformer.Model;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a method without a form in PEFT's files leaves on disk: {@value #DESCRIPTION}, which names the method, its settings
 * and the base model, and {@value #TENSORS} with everything that was trained and everything else that its function depends on,
 * by full names.
 *
 * @param method with its settings
 * @param baseModel the name or place of the model that it belongs to
 * @param trainedModules of the model, trained whole beside the adapters; usually none
 * @param tensors by name
 */
public record StoredAdapter(Method method, String baseModel, List<String> trainedModules, Map<String, Tensor> tensors) {
    public static final String DESCRIPTION = "rankine_adapter.json";
    public static final String TENSORS = "adapter_model.safetensors";

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(SerializationFeature.INDENT_OUTPUT)
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    /** What stands in the description. */
    private record Description(
            String method,
            Map<String, String> settings,
            String baseModel,
            @Nullable List<String> trainedModules) {
        private Description {
            Objects.requireNonNull(method, "method");
            settings.values().forEach(Objects::requireNonNull);
            Objects.requireNonNull(baseModel, "baseModel");
            trainedModules = trainedModules == null ? List.of() : List.copyOf(trainedModules);
        }
    }

    /** What an adapted model would leave. The tensors are the living ones. */
    public static StoredAdapter of(AdaptedModel adapted, String baseModel) {
        Map<String, Tensor> tensors = new LinkedHashMap<>(adapted.state());
        adapted.parameters().forEach((name, parameter) -> tensors.put(name, parameter.data()));
        return new StoredAdapter(adapted.method(), baseModel, adapted.trainedModules(), tensors);
    }

    /** Whether a folder holds such files. */
    public static boolean isIn(Path folder) {
        return Files.exists(folder.resolve(DESCRIPTION));
    }

    /** Writes a folder, whole or not at all; one that is there is replaced. */
    public void write(Path folder) {
        Description description =
                new Description(method.name(), new TreeMap<>(method.settings()), baseModel, trainedModules);
        try {
            Path parent = folder.toAbsolutePath().getParent();
            if (parent != null) {
                Files.createDirectories(parent);
            }
            Whole.folder(folder, aside -> {
                Files.writeString(aside.resolve(DESCRIPTION), JSON.writeValueAsString(description) + "\n");
                SafetensorsWriter.write(aside.resolve(TENSORS), tensors, Map.of());
            });
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /**
     * Reads a folder.
     *
     * @throws IllegalArgumentException naming the folder, if a file is missing or malformed, or the method or one of its
     *     settings is unknown
     */
    public static StoredAdapter read(Path folder, Backend backend) {
        try {
            Description description = description(folder);
            Method method = Methods.named(description.method()).with(description.settings());
            Safetensors file = Safetensors.open(folder.resolve(TENSORS));
            Map<String, Tensor> tensors = new LinkedHashMap<>();
            for (String name : file.names()) {
                tensors.put(name, file.tensor(name, backend));
            }
            return new StoredAdapter(
                    method, description.baseModel(), Objects.requireNonNull(description.trainedModules()), tensors);
        } catch (IOException | JacksonException | IllegalArgumentException unreadable) {
            throw new IllegalArgumentException(
                    folder + " holds no adapter that can be read: " + unreadable.getMessage(), unreadable);
        }
    }

    private static Description description(Path folder) throws IOException {
        Description description = JSON.readValue(SmallFile.text(folder.resolve(DESCRIPTION)), Description.class);
        if (description == null) {
            throw new IllegalArgumentException(DESCRIPTION + " is null");
        }
        return description;
    }

    /**
     * Puts it on a model, ready for inference or for more training.
     *
     * @throws IllegalArgumentException if names or shapes are not those of the model; nothing is attached then
     */
    public AdaptedModel attach(Model model, Method.Run run) {
        AdaptedModel adapted = method.attach(model, run, adapterTensors());
        if (trainedModules.isEmpty()) {
            return adapted;
        }
        Map<String, Tensor> whole = new LinkedHashMap<>(tensors);
        whole.keySet().removeIf(name -> !isOfModule(name));
        return adapted.trainingModules(model, trainedModules, run.weightDecay(), whole);
    }

    /** The tensors without those of the modules that were trained whole. */
    Map<String, Tensor> adapterTensors() {
        Map<String, Tensor> others = new LinkedHashMap<>(tensors);
        others.keySet().removeIf(this::isOfModule);
        return others;
    }

    private boolean isOfModule(String tensor) {
        return trainedModules.stream().anyMatch(module -> Targets.isInside(module, tensor));
    }
}
