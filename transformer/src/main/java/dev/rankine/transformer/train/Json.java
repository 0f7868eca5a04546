package dev.rankine.transformer.train;

import dev.rankine.tensor.files.SmallFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Consumer;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** How the files of a run folder are written: keys_like_this in the order of the records; unknown keys are errors. */
final class Json {
    static final JsonMapper LINE = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .disable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    static final JsonMapper PAGE =
            LINE.rebuild().enable(SerializationFeature.INDENT_OUTPUT).build();

    private Json() {}

    /**
     * The record in a file. Every component must be there; null where the record allows it.
     *
     * @throws RunFolderException naming the file and what is wrong with it
     */
    static <T> T read(Path file, Class<T> type) {
        return read(file, type, object -> {});
    }

    /** The same of a file that an earlier version may have written, which lacks what is completed here. */
    static <T> T read(Path file, Class<T> type, Consumer<ObjectNode> complete) {
        try {
            JsonNode content = PAGE.readTree(SmallFile.bytes(file));
            if (!(content instanceof ObjectNode object)) {
                throw new RunFolderException(file + ": must be a JSON object, it is " + content.getNodeType());
            }
            complete.accept(object);
            return PAGE.treeToValue(object, type);
        } catch (IOException unreadable) {
            throw new RunFolderException(file + " cannot be read (" + unreadable + ")", unreadable);
        } catch (JacksonException malformed) {
            throw new RunFolderException(file + ": " + malformed.getOriginalMessage(), malformed);
        }
    }
}
