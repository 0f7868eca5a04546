package dev.rankine.transformer.checkpoint;

import dev.rankine.tensor.files.SmallFile;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Reads a {@code config.json} key by key, checks types, and knows which keys nobody asked for. */
final class ConfigKeys {
    private final Path file;
    private final JsonNode root;
    private final Set<String> asked = new LinkedHashSet<>();

    private ConfigKeys(Path file, JsonNode root) {
        this.file = file;
        this.root = root;
    }

    /** @throws CheckpointException if the file is missing, no JSON, or no object */
    static ConfigKeys read(Path file) {
        JsonNode root;
        try {
            root = JsonMapper.shared().readTree(SmallFile.bytes(file));
        } catch (NoSuchFileException missing) {
            throw CheckpointException.in(file, "there is no such file; a model folder needs it", missing);
        } catch (IOException unreadable) {
            throw CheckpointException.in(file, "cannot be read (" + unreadable + ")", unreadable);
        } catch (JacksonException malformed) {
            throw CheckpointException.in(file, "is no JSON: " + malformed.getOriginalMessage(), malformed);
        }
        if (!root.isObject()) {
            throw CheckpointException.in(file, "must be a JSON object, starts with " + root.getNodeType());
        }
        return new ConfigKeys(file, root);
    }

    Path file() {
        return file;
    }

    /** The value of a key; null where it is missing or JSON's null. */
    @Nullable
    JsonNode get(String key) {
        asked.add(key);
        JsonNode value = root.get(key);
        return value == null || value.isNull() ? null : value;
    }

    int integer(String key, int missing) {
        JsonNode value = get(key);
        if (value == null) {
            return missing;
        }
        if (!value.isIntegralNumber() || !value.canConvertToInt()) {
            throw wrong(key, "a whole number", value);
        }
        return value.intValue();
    }

    double number(String key, double missing) {
        JsonNode value = get(key);
        if (value == null) {
            return missing;
        }
        if (!value.isNumber()) {
            throw wrong(key, "a number", value);
        }
        return value.doubleValue();
    }

    /** A number that has no default. */
    double required(String key) {
        double value = number(key, Double.NaN);
        if (Double.isNaN(value)) {
            throw CheckpointException.in(file, "'" + key + "' is missing");
        }
        return value;
    }

    /** The keys of an object inside; null where it is missing. */
    @Nullable
    ConfigKeys inside(String key) {
        JsonNode value = get(key);
        if (value == null) {
            return null;
        }
        if (!value.isObject()) {
            throw wrong(key, "an object", value);
        }
        return new ConfigKeys(file, value);
    }

    boolean flag(String key, boolean missing) {
        JsonNode value = get(key);
        if (value == null) {
            return missing;
        }
        if (!value.isBoolean()) {
            throw wrong(key, "true or false", value);
        }
        return value.booleanValue();
    }

    @Nullable
    String text(String key) {
        JsonNode value = get(key);
        if (value == null) {
            return null;
        }
        if (!value.isString()) {
            throw wrong(key, "a string", value);
        }
        return value.stringValue();
    }

    /** The only entry of {@code architectures}; empty if there is none. */
    String architecture() {
        JsonNode names = get("architectures");
        return names != null && names.isArray() && names.size() == 1
                ? names.get(0).asString()
                : "";
    }

    /** How many labels a classifier tells apart, as Hugging Face reads it: 2 if nothing says it. */
    int labels() {
        JsonNode names = get("id2label");
        return names == null ? integer("num_labels", 2) : names.size();
    }

    /** Every key that was not asked for, with its value, in the file's order. */
    Map<String, JsonNode> others() {
        Map<String, JsonNode> others = new LinkedHashMap<>();
        root.properties().forEach(property -> {
            if (!asked.contains(property.getKey())) {
                others.put(property.getKey(), property.getValue());
            }
        });
        return others;
    }

    private CheckpointException wrong(String key, String expected, JsonNode value) {
        return CheckpointException.in(file, "'" + key + "' must be " + expected + ", got " + value);
    }
}
