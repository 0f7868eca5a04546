package dev.rankine.tensor.safetensors;

import dev.rankine.tensor.Shape;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The JSON header of a file: an object with an entry {@code {"dtype", "shape", "data_offsets"}} for each tensor, and
 * perhaps {@code __metadata__}, a map of strings. The tensors' bytes fill the rest of the file without gap or overlap.
 */
record Header(Map<String, Entry> entries, Map<String, String> metadata) {
    static final String METADATA = "__metadata__";
    static final String DTYPE = "dtype";
    static final String SHAPE = "shape";
    static final String OFFSETS = "data_offsets";
    private static final Set<String> FIELDS = Set.of(DTYPE, SHAPE, OFFSETS);

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    /**
     * Reads a header and checks all that it claims.
     *
     * @param dataBytes length of the file behind the header
     */
    static Header parse(Path file, String json, long dataBytes) throws SafetensorsException {
        JsonNode root = tree(file, json);
        if (!root.isObject()) {
            throw new SafetensorsException(file, "the header must be a JSON object, it is " + kind(root));
        }
        Map<String, Entry> entries = new LinkedHashMap<>();
        Map<String, String> metadata = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> property : root.properties()) {
            if (property.getKey().equals(METADATA)) {
                metadata = metadata(file, property.getValue());
            } else {
                entries.put(property.getKey(), entry(file, property.getKey(), property.getValue()));
            }
        }
        requireCovered(file, List.copyOf(entries.values()), dataBytes);
        return new Header(entries, metadata);
    }

    private static JsonNode tree(Path file, String json) throws SafetensorsException {
        try {
            return JSON.readTree(json);
        } catch (JacksonException broken) {
            throw new SafetensorsException(file, "the header is no valid JSON: " + broken.getOriginalMessage(), broken);
        }
    }

    private static Map<String, String> metadata(Path file, JsonNode node) throws SafetensorsException {
        if (!node.isObject()) {
            throw new SafetensorsException(file, METADATA + " must be an object of strings, it is " + kind(node));
        }
        Map<String, String> metadata = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> property : node.properties()) {
            if (!property.getValue().isString()) {
                throw new SafetensorsException(
                        file,
                        METADATA + " '" + property.getKey() + "' must be a string, it is " + kind(property.getValue()));
            }
            metadata.put(property.getKey(), property.getValue().stringValue());
        }
        return metadata;
    }

    private static Entry entry(Path file, String name, JsonNode node) throws SafetensorsException {
        String where = "tensor '" + name + "': ";
        if (!node.isObject() || !node.propertyNames().equals(FIELDS)) {
            throw new SafetensorsException(
                    file, where + "expected an object of dtype, shape and data_offsets, got " + brief(node));
        }
        StoredType type = type(file, where, node.get(DTYPE));
        Shape shape = shape(file, where, node.get(SHAPE));
        JsonNode offsets = node.get(OFFSETS);
        if (!offsets.isArray() || offsets.size() != 2 || !isSize(offsets.get(0)) || !isSize(offsets.get(1))) {
            throw new SafetensorsException(
                    file, where + "data_offsets must be two whole numbers from 0, got " + brief(offsets));
        }
        long begin = offsets.get(0).longValue();
        long end = offsets.get(1).longValue();
        long bytes = bytes(file, where, type, shape);
        if (end < begin || end - begin != bytes) {
            throw new SafetensorsException(
                    file,
                    where + "data_offsets [" + begin + ", " + end + "] hold " + (end - begin) + " bytes, " + type + " "
                            + shape + " needs " + bytes);
        }
        return new Entry(name, type, shape, begin, end);
    }

    private static StoredType type(Path file, String where, JsonNode node) throws SafetensorsException {
        StoredType type = node.isString() ? StoredType.parse(node.stringValue()) : null;
        if (type == null) {
            throw new SafetensorsException(
                    file, where + "unknown dtype " + brief(node) + ", expected one of " + StoredType.readable());
        }
        return type;
    }

    private static Shape shape(Path file, String where, JsonNode node) throws SafetensorsException {
        if (!node.isArray()) {
            throw new SafetensorsException(file, where + "shape must be an array, got " + brief(node));
        }
        int[] lengths = new int[node.size()];
        for (int axis = 0; axis < lengths.length; axis++) {
            JsonNode length = node.get(axis);
            if (!isSize(length) || length.longValue() > Integer.MAX_VALUE) {
                throw new SafetensorsException(
                        file,
                        where + "axis " + axis + " of shape " + brief(node) + " must be a whole number from 0 to "
                                + Integer.MAX_VALUE);
            }
            lengths[axis] = length.intValue();
        }
        try {
            return Shape.of(lengths);
        } catch (ArithmeticException overflow) {
            throw new SafetensorsException(file, where + "shape " + brief(node) + " has too many elements", overflow);
        }
    }

    private static long bytes(Path file, String where, StoredType type, Shape shape) throws SafetensorsException {
        try {
            long bits = Math.multiplyExact(shape.size(), (long) type.bits());
            if (bits % Byte.SIZE != 0) {
                throw new SafetensorsException(file, where + type + " " + shape + " is no whole number of bytes");
            }
            return bits / Byte.SIZE;
        } catch (ArithmeticException overflow) {
            throw new SafetensorsException(file, where + type + " " + shape + " has too many bytes", overflow);
        }
    }

    /** Every byte behind the header belongs to exactly one tensor. */
    private static void requireCovered(Path file, List<Entry> entries, long dataBytes) throws SafetensorsException {
        long covered = 0;
        Entry before = null;
        List<Entry> byPlace = entries.stream()
                .sorted(Comparator.comparingLong(Entry::begin).thenComparingLong(Entry::end))
                .toList();
        for (Entry entry : byPlace) {
            String where = "tensor '" + entry.name() + "' at bytes [" + entry.begin() + ", " + entry.end() + ") ";
            if (entry.end() > dataBytes) {
                throw new SafetensorsException(
                        file,
                        where + "reaches beyond the end of the file, which has " + dataBytes
                                + " bytes of data: it is truncated or its header is wrong");
            }
            if (before != null && entry.begin() < covered) {
                throw new SafetensorsException(
                        file,
                        where + "overlaps tensor '" + before.name() + "' at bytes [" + before.begin() + ", "
                                + before.end() + ")");
            }
            if (entry.begin() > covered) {
                throw new SafetensorsException(
                        file, where + "leaves a hole: the data before it end at byte " + covered);
            }
            covered = entry.end();
            before = entry;
        }
        if (covered != dataBytes) {
            throw new SafetensorsException(
                    file, "the tensors hold " + covered + " bytes, but " + dataBytes + " bytes follow the header");
        }
    }

    /** A whole number from 0 that a long holds. */
    private static boolean isSize(JsonNode node) {
        return node.isIntegralNumber() && node.canConvertToLong() && node.longValue() >= 0;
    }

    private static String kind(JsonNode node) {
        return switch (node.getNodeType()) {
            case ARRAY -> "an array";
            case OBJECT -> "an object";
            case STRING -> "a string";
            case NUMBER -> "a number";
            case BOOLEAN -> "a boolean";
            case NULL -> "null";
            default -> "nothing";
        };
    }

    private static String brief(JsonNode node) {
        String text = node.toString();
        return text.length() <= 100 ? text : text.substring(0, 100) + "...";
    }
}
