package dev.rankine.transformer.checkpoint;

import dev.rankine.tensor.Backend;
import dev.rankine.tensor.DType;
import dev.rankine.tensor.ShapeMismatch;
import dev.rankine.tensor.Tensor;
import dev.rankine.tensor.files.SmallFile;
import dev.rankine.tensor.files.Whole;
import dev.rankine.tensor.safetensors.SafetensorsException;
import dev.rankine.tensor.safetensors.SafetensorsWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * A copy of a model folder with some weights changed. Everything else is carried over as it is: the other tensors, split
 * into the same files; the configuration; the files of the tokenizer. Weights are made one file at a time, so no more of them
 * lie in memory than one file holds.
 */
public final class ChangedFolder {
    /** Weights in other libraries' formats: they would still be the old ones. */
    private static final Set<String> OTHER_WEIGHTS =
            Set.of("safetensors", "bin", "pt", "pth", "ckpt", "h5", "msgpack", "ot", "onnx", "gguf");

    private final Path source;
    private final Backend backend;
    private final WeightFiles files;
    private final Map<String, Supplier<Tensor>> changed = new LinkedHashMap<>();
    private final Map<String, Tensor> added = new LinkedHashMap<>();
    private final Map<String, Object> configuration = new LinkedHashMap<>();
    private @Nullable DType dtype;

    /** @throws CheckpointException if the folder holds no weights that can be read */
    public ChangedFolder(Path source, Backend backend) {
        this.source = source;
        this.backend = backend;
        this.files = WeightFiles.in(source);
    }

    /**
     * Replaces a weight.
     *
     * @param name as the model calls it; folders of a bare body leave the first part out
     * @param content in the shape of the stored one; asked for when the file is written, and narrowed to the stored type
     * @throws CheckpointException if the folder has no such tensor
     */
    public ChangedFolder change(String name, Supplier<Tensor> content) {
        String stored = storedName(name);
        if (stored == null) {
            throw CheckpointException.in(files.path(), "there is no tensor '" + name + "' to change");
        }
        changed.put(stored, content);
        return this;
    }

    /** Replaces a weight, or adds it where the folder has none. */
    public ChangedFolder put(String name, Tensor content) {
        if (storedName(name) == null) {
            added.put(name, content);
            return this;
        }
        return change(name, () -> content);
    }

    /** Sets a key of {@code config.json}, such as {@code architectures}. */
    public ChangedFolder configure(String key, Object value) {
        configuration.put(key, value);
        return this;
    }

    /** Stores every weight in one type, rather than each in the type that it has. */
    public ChangedFolder in(DType type) {
        dtype = type;
        return configure("dtype", nameOf(type));
    }

    private static String nameOf(DType type) {
        return switch (type) {
            case F32 -> "float32";
            case F16 -> "float16";
            case BF16 -> "bfloat16";
            case F64, I64 -> throw new IllegalArgumentException("weights are stored in F32, F16 or BF16, not " + type);
        };
    }

    private @Nullable String storedName(String name) {
        return Stream.of(name, name.substring(name.indexOf('.') + 1))
                .filter(files.names()::contains)
                .findFirst()
                .orElse(null);
    }

    /**
     * Writes the folder, whole or not at all.
     *
     * @throws CheckpointException if there is something in its place already, or it cannot be written
     */
    public void write(Path folder) {
        if (Files.exists(folder)) {
            throw CheckpointException.in(folder, "exists already; choose another folder");
        }
        try {
            Path parent = folder.toAbsolutePath().getParent();
            if (parent != null) {
                Files.createDirectories(parent);
            }
            Whole.folder(folder, this::fill);
        } catch (IOException failed) {
            throw CheckpointException.in(folder, "cannot be written (" + failed + ")", failed);
        }
    }

    private void fill(Path aside) throws IOException {
        try (Stream<Path> all = Files.list(source)) {
            for (Path file : all.filter(this::isCarriedOver).toList()) {
                Files.copy(file, aside.resolve(file.getFileName()));
            }
        }
        writeConfiguration(aside.resolve(Checkpoints.CONFIG));
        Map<Path, List<String>> byFile = new TreeMap<>(files.byFile());
        Path last = List.copyOf(byFile.keySet()).getLast();
        for (Map.Entry<Path, List<String>> file : byFile.entrySet()) {
            Map<String, Tensor> tensors = new LinkedHashMap<>();
            for (String name : file.getValue()) {
                tensors.put(name, tensor(name));
            }
            if (file.getKey().equals(last)) {
                added.forEach((name, tensor) -> tensors.put(name, stored(tensor, typeOfOthers())));
            }
            SafetensorsWriter.write(aside.resolve(file.getKey().getFileName()), tensors, Map.of("format", "pt"));
        }
        if (files.path().endsWith(WeightFiles.INDEX)) {
            writeIndex(aside.resolve(WeightFiles.INDEX), String.valueOf(last.getFileName()));
        }
    }

    private boolean isCarriedOver(Path file) {
        String name = String.valueOf(file.getFileName());
        String type = name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
        return Files.isRegularFile(file)
                && !OTHER_WEIGHTS.contains(type)
                && !name.endsWith(".index.json")
                && !name.equals(Checkpoints.CONFIG);
    }

    private void writeConfiguration(Path file) throws IOException {
        Path original = source.resolve(Checkpoints.CONFIG);
        if (configuration.isEmpty()) {
            Files.copy(original, file);
            return;
        }
        ObjectNode root = (ObjectNode) JsonMapper.shared().readTree(SmallFile.text(original));
        if (dtype != null) {
            root.remove("torch_dtype"); // the old name of dtype
        }
        configuration.forEach((key, value) -> root.set(key, JsonMapper.shared().valueToTree(value)));
        Files.writeString(file, root.toPrettyString() + "\n");
    }

    private void writeIndex(Path file, String last) throws IOException {
        ObjectNode root = JsonMapper.shared().createObjectNode();
        long bytes = 0;
        ObjectNode map = JsonMapper.shared().createObjectNode();
        for (Map.Entry<Path, List<String>> part : files.byFile().entrySet()) {
            for (String name : part.getValue()) {
                map.put(name, String.valueOf(part.getKey().getFileName()));
                bytes += files.shape(name).size() * typeOf(name).bytes();
            }
        }
        for (Map.Entry<String, Tensor> tensor : added.entrySet()) {
            map.put(tensor.getKey(), last);
            bytes += tensor.getValue().shape().size() * typeOfOthers().bytes();
        }
        root.putObject("metadata").put("total_size", bytes);
        root.set("weight_map", map);
        Files.writeString(file, root.toPrettyString() + "\n");
    }

    private Tensor tensor(String name) throws SafetensorsException {
        Supplier<Tensor> content = changed.get(name);
        Tensor old = files.tensor(name, backend);
        if (content == null) {
            return stored(old, typeOf(name));
        }
        Tensor made = content.get();
        ShapeMismatch.require("change", name, old.shape(), made.shape());
        return stored(made, typeOf(name));
    }

    private DType typeOf(String name) {
        DType own = DType.parse(files.type(name));
        return dtype == null || own == DType.I64 ? own : dtype;
    }

    private DType typeOfOthers() {
        return typeOf(files.names().iterator().next());
    }

    private static Tensor stored(Tensor tensor, DType type) {
        return tensor.dtype() == type && tensor.isContiguous() ? tensor : tensor.clone(type);
    }
}
