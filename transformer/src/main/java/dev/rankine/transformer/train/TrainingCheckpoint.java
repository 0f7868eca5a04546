package dev.rankine.transformer.train;

import dev.rankine.tensor.Backend;
import dev.rankine.tensor.Tensor;
import dev.rankine.tensor.safetensors.Safetensors;
import dev.rankine.tensor.safetensors.SafetensorsWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.core.JacksonException;

/**
 * A folder with a {@link TrainingState}: {@code state.safetensors} and {@code state.json}. It is written aside and moved
 * into place, so it holds one whole state whenever the run is interrupted.
 */
public final class TrainingCheckpoint {
    private static final String TENSORS = "state.safetensors";
    private static final String NUMBERS = "state.json";

    private final Path folder;

    public TrainingCheckpoint(Path folder) {
        this.folder = folder;
    }

    /** What stands in {@code state.json}. */
    private record Numbers(long step, double seconds, Map<String, Double> before, Map<String, String> settings) {}

    /** Replaces the folder by one with this state. */
    public void save(TrainingState state) {
        Numbers numbers = new Numbers(state.step(), state.seconds(), state.before(), state.settings());
        try {
            Whole.folder(folder, aside -> {
                SafetensorsWriter.write(aside.resolve(TENSORS), state.tensors(), Map.of());
                Files.writeString(aside.resolve(NUMBERS), Json.PAGE.writeValueAsString(numbers) + "\n");
            });
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /**
     * The state in the folder, in memory of its own.
     *
     * @throws RunFolderException if a file is missing or cannot be read
     */
    public TrainingState load(Backend backend) {
        try {
            Numbers numbers = Json.PAGE.readValue(Files.readString(folder.resolve(NUMBERS)), Numbers.class);
            Safetensors file = Safetensors.open(folder.resolve(TENSORS));
            Map<String, Tensor> tensors = new LinkedHashMap<>();
            for (String name : file.names()) {
                Tensor mapped = file.tensor(name, backend);
                tensors.put(name, mapped.clone(mapped.dtype()));
            }
            return new TrainingState(numbers.step, numbers.seconds, numbers.before, numbers.settings, tensors);
        } catch (JacksonException malformed) {
            throw new RunFolderException(folder.resolve(NUMBERS) + ": " + malformed.getOriginalMessage(), malformed);
        } catch (IOException failure) {
            throw new RunFolderException(
                    folder + " is no whole checkpoint (" + failure.getMessage()
                            + "): run without --resume in a new folder",
                    failure);
        }
    }
}
