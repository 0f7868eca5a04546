package dev.rankine.cli;

import java.nio.file.Path;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** Measurements as a file. */
final class JsonFile {
    private static final JsonMapper PAGE =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    private JsonFile() {}

    /** @param result anything that Jackson can write */
    static void write(Path file, Object result) {
        try {
            PAGE.writeValue(file, result);
        } catch (JacksonException failed) {
            throw new IllegalStateException(file + " cannot be written: " + failed.getOriginalMessage(), failed);
        }
    }
}
