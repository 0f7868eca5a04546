package dev.rankine.lora.peft;

import dev.rankine.tensor.files.SmallFile;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The model that an adapter belongs to, in the words of its {@code config.json}.
 *
 * @param nameOrPath how to find it
 * @param architecture its class, such as {@code BartForConditionalGeneration}; null if unknown
 * @param modelType its family, such as {@code bart}; null if unknown
 */
public record BaseModel(
        String nameOrPath,
        @Nullable String architecture,
        @Nullable String modelType) {
    /** A model of which nothing but its place is known. */
    public static BaseModel at(String nameOrPath) {
        return new BaseModel(nameOrPath, null, null);
    }

    /**
     * The model in a folder.
     *
     * @throws PeftException if its {@code config.json} cannot be read
     */
    public static BaseModel in(Path folder) {
        Path file = folder.resolve("config.json");
        try {
            JsonNode config = JsonMapper.shared().readTree(SmallFile.text(file));
            return new BaseModel(
                    folder.toString(), text(config.path("architectures").path(0)), text(config.path("model_type")));
        } catch (IOException | JacksonException unreadable) {
            throw new PeftException(file, "cannot be read: " + unreadable.getMessage(), unreadable);
        }
    }

    /** Whether its linear layers are stored [I, O], as GPT-2's {@code Conv1D} has them. */
    boolean storesInputsFirst() {
        return "gpt2".equals(modelType);
    }

    private static @Nullable String text(JsonNode node) {
        return node.isString() ? node.stringValue() : null;
    }
}
