package dev.rankine.transformer.checkpoint;

import dev.rankine.tensor.Backend;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import dev.rankine.tensor.safetensors.Safetensors;
import dev.rankine.tensor.safetensors.SafetensorsException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;

/**
 * The tensors of a folder: those of {@code model.safetensors}, or of the files among which
 * {@code model.safetensors.index.json} says that they are split. Every file is mapped, none copied.
 */
public final class WeightFiles {
    public static final String SINGLE = "model.safetensors";
    public static final String INDEX = SINGLE + ".index.json";

    private final Path path;
    private final Map<String, Safetensors> files;

    private WeightFiles(Path path, Map<String, Safetensors> files) {
        this.path = path;
        this.files = files;
    }

    /** @throws CheckpointException if a file is missing or damaged, or the index and the files disagree */
    public static WeightFiles in(Path folder) {
        Path single = folder.resolve(SINGLE);
        if (Files.exists(single)) {
            Safetensors file = open(single);
            Map<String, Safetensors> files = new LinkedHashMap<>();
            file.names().forEach(name -> files.put(name, file));
            return new WeightFiles(single, files);
        }
        Path index = folder.resolve(INDEX);
        if (Files.exists(index)) {
            return split(folder, index);
        }
        throw CheckpointException.in(
                single,
                "there is no such file"
                        + (Files.exists(folder.resolve("pytorch_model.bin"))
                                ? "; the folder holds pytorch_model.bin: save the model again with safe_serialization=True"
                                : "; a model folder needs it, or " + INDEX));
    }

    private static WeightFiles split(Path folder, Path index) {
        JsonNode map = ConfigKeys.read(index).get("weight_map");
        if (map == null || !map.isObject() || map.isEmpty()) {
            throw CheckpointException.in(index, "must have a 'weight_map' from tensors to files");
        }
        Map<String, Path> places = new LinkedHashMap<>();
        map.properties().forEach(entry -> places.put(entry.getKey(), inside(folder, index, entry.getValue())));
        Map<Path, Safetensors> parts = openAll(index, new LinkedHashSet<>(places.values()));
        Map<String, Safetensors> files = new LinkedHashMap<>();
        List<String> absent = new ArrayList<>();
        places.forEach((name, place) -> {
            Safetensors part = parts.get(place);
            if (part == null || !part.names().contains(name)) {
                absent.add(name + " in " + place.getFileName());
            } else {
                files.put(name, part);
            }
        });
        for (Safetensors part : parts.values()) {
            for (String name : part.names()) {
                if (!part.path().equals(places.get(name))) {
                    absent.add(name + " of " + part.path().getFileName() + " in the index");
                }
            }
        }
        if (!absent.isEmpty()) {
            throw CheckpointException.in(index, "does not agree with its files: there is no " + Some.of(absent));
        }
        return new WeightFiles(index, files);
    }

    /** A path that leaves the folder could read any file of the machine. */
    private static Path inside(Path folder, Path index, JsonNode value) {
        Path place = value.isString() ? folder.resolve(value.stringValue()).normalize() : folder;
        if (!value.isString() || !folder.normalize().equals(place.getParent())) {
            throw CheckpointException.in(index, "'weight_map' names " + value + ", which is no file of this folder");
        }
        return place;
    }

    private static Map<Path, Safetensors> openAll(Path index, Set<Path> places) {
        List<String> missing = places.stream()
                .filter(place -> !Files.exists(place))
                .map(place -> String.valueOf(place.getFileName()))
                .toList();
        if (!missing.isEmpty()) {
            throw CheckpointException.in(
                    index, "names files that are missing: " + Some.of(missing) + "; download the whole folder");
        }
        Map<Path, Safetensors> parts = new LinkedHashMap<>();
        places.forEach(place -> parts.put(place, open(place)));
        return parts;
    }

    private static Safetensors open(Path file) {
        try {
            return Safetensors.open(file);
        } catch (IOException unreadable) {
            throw CheckpointException.of(unreadable);
        }
    }

    /** The file to name in an error: the only one, or the index. */
    public Path path() {
        return path;
    }

    /** Of all tensors. */
    public Set<String> names() {
        return Collections.unmodifiableSet(files.keySet());
    }

    /** @throws IllegalArgumentException if there is no tensor of that name */
    public Shape shape(String name) {
        return file(name).shape(name);
    }

    /** The element type in the format's own words, such as {@code BF16}. */
    public String type(String name) {
        return file(name).type(name);
    }

    /**
     * A view of the mapped file, in the type that is stored.
     *
     * @throws SafetensorsException if the type is not supported
     */
    public Tensor tensor(String name, Backend backend) throws SafetensorsException {
        return file(name).tensor(name, backend);
    }

    /** The names of the tensors by the file that holds them, both in order. */
    public Map<Path, List<String>> byFile() {
        Map<Path, List<String>> names = new TreeMap<>();
        files.forEach((name, file) ->
                names.computeIfAbsent(file.path(), _ -> new ArrayList<>()).add(name));
        return names;
    }

    boolean isFinite(String name) throws SafetensorsException {
        return file(name).isFinite(name);
    }

    private Safetensors file(String name) {
        Safetensors file = files.get(name);
        if (file == null) {
            throw new IllegalArgumentException(path + ": there is no tensor '" + name + "'");
        }
        return file;
    }
}
