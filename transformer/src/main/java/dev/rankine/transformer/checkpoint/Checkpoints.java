package dev.rankine.transformer.checkpoint;

import dev.rankine.tensor.Backend;
import dev.rankine.tensor.DType;
import dev.rankine.tensor.Tensor;
import dev.rankine.tensor.safetensors.Safetensors;
import dev.rankine.tensor.safetensors.SafetensorsWriter;
import dev.rankine.transformer.Bart;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Hugging Face model folders, read and written.
 *
 * <pre>{@code
 * Checkpoint base = Checkpoints.load(Path.of("bart_g2p_us"), backend);
 * Checkpoints.save(Path.of("copy"), base);
 * }</pre>
 */
public final class Checkpoints {
    public static final String CONFIG = "config.json";
    public static final String WEIGHTS = "model.safetensors";

    private static final String SHARED = "model.shared.weight";

    /** One matrix embeds the symbols of both stacks and scores them; some folders hold it several times. */
    private static final Map<String, String> TIED = Map.of(
            "lm_head.weight", SHARED,
            "model.encoder.embed_tokens.weight", SHARED,
            "model.decoder.embed_tokens.weight", SHARED);

    private Checkpoints() {}

    /**
     * Reads a folder with {@value #CONFIG} and {@value #WEIGHTS} into F32.
     *
     * @throws CheckpointException naming the file and what is wrong with it
     */
    public static Checkpoint load(Path folder, Backend backend) {
        return load(folder, backend, DType.F32);
    }

    /** The same in F32 or F64. */
    public static Checkpoint load(Path folder, Backend backend, DType dtype) {
        if (!Files.isDirectory(folder)) {
            throw CheckpointException.in(
                    folder,
                    (Files.exists(folder) ? "is a file" : "there is no such folder") + "; expected a folder with "
                            + CONFIG + " and " + WEIGHTS);
        }
        BartConfig config = BartConfig.read(folder.resolve(CONFIG));
        CheckpointWeights weights = new CheckpointWeights(open(folder), TIED, backend, dtype);
        Bart model = new Bart(config.settings(), weights);
        weights.requireComplete();
        return new Checkpoint(config, model);
    }

    private static Safetensors open(Path folder) {
        Path file = folder.resolve(WEIGHTS);
        if (!Files.exists(file)) {
            throw CheckpointException.in(file, "there is no such file" + otherForm(folder));
        }
        try {
            return Safetensors.open(file);
        } catch (IOException unreadable) {
            throw CheckpointException.of(unreadable);
        }
    }

    private static String otherForm(Path folder) {
        if (Files.exists(folder.resolve(WEIGHTS + ".index.json"))) {
            return "; the folder holds weights split into several files: save the model again in one";
        }
        if (Files.exists(folder.resolve("pytorch_model.bin"))) {
            return "; the folder holds pytorch_model.bin: save the model again with safe_serialization=True";
        }
        return "; a model folder needs it";
    }

    /**
     * Writes a folder that {@link #load} and Hugging Face read, creating it where it is missing. The configuration is
     * written last: a folder with {@value #CONFIG} is whole.
     *
     * @throws CheckpointException if the folder holds a model already or cannot be written
     */
    public static void save(Path folder, Checkpoint checkpoint) {
        for (String name : new String[] {CONFIG, WEIGHTS}) {
            if (Files.exists(folder.resolve(name))) {
                throw CheckpointException.in(folder.resolve(name), "exists already; choose another folder");
            }
        }
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        checkpoint.model().weights().forEach((name, weight) -> tensors.put(name, weight.data()));
        tensors.putAll(checkpoint.model().buffers());
        try {
            Files.createDirectories(folder);
            SafetensorsWriter.write(folder.resolve(WEIGHTS), tensors, Map.of("format", "pt"));
            Path aside = folder.resolve(CONFIG + ".part");
            Files.writeString(aside, checkpoint.config().toJson());
            Files.move(aside, folder.resolve(CONFIG), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException failed) {
            throw CheckpointException.in(folder, "cannot be written (" + failed + ")", failed);
        }
    }
}
