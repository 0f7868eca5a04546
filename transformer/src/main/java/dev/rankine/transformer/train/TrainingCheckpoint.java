package dev.rankine.transformer.train;

import dev.rankine.tensor.Backend;
import dev.rankine.tensor.Tensor;
import dev.rankine.tensor.files.Checksums;
import dev.rankine.tensor.files.Whole;
import dev.rankine.tensor.safetensors.Safetensors;
import dev.rankine.tensor.safetensors.SafetensorsWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A folder with a {@link TrainingState}: {@code state.safetensors}, {@code state.json} and their {@link Checksums}. It is
 * written whole or not at all, and what happened to it afterwards is noticed.
 */
public final class TrainingCheckpoint {
    private static final String TENSORS = "state.safetensors";
    private static final String NUMBERS = "state.json";

    private final Path folder;

    public TrainingCheckpoint(Path folder) {
        this.folder = folder;
    }

    /** What stands in {@code state.json}. */
    private record Numbers(long step, double seconds, Map<String, Double> before, Map<String, String> settings) {
        private Numbers {
            if (step < 1 || !(seconds >= 0)) {
                throw new IllegalArgumentException("step " + step + " after " + seconds + " seconds");
            }
            Objects.requireNonNull(before, "before");
            Objects.requireNonNull(settings, "settings");
        }
    }

    public Path folder() {
        return folder;
    }

    /** Replaces the folder by one with this state. */
    void save(TrainingState state) throws IOException {
        Numbers numbers = new Numbers(state.step(), state.seconds(), state.before(), state.settings());
        Whole.folder(folder, aside -> {
            SafetensorsWriter.write(aside.resolve(TENSORS), state.tensors(), Map.of());
            Files.writeString(aside.resolve(NUMBERS), Json.PAGE.writeValueAsString(numbers) + "\n");
            Checksums.write(aside);
        });
    }

    /** What is wrong with the folder's files, in a few words; null if they are as they were written. */
    public @Nullable String problem() {
        try {
            return Checksums.problem(folder);
        } catch (IOException unreadable) {
            return "it cannot be read: " + unreadable;
        }
    }

    /**
     * The state in the folder, in memory of its own.
     *
     * @throws RunFolderException if a file is missing, is not what was written, or cannot be read
     */
    public TrainingState load(Backend backend) {
        String problem = problem();
        if (problem != null) {
            throw new RunFolderException(folder + " is damaged: " + problem);
        }
        Numbers numbers = Json.read(folder.resolve(NUMBERS), Numbers.class);
        try {
            Safetensors file = Safetensors.open(folder.resolve(TENSORS));
            Map<String, Tensor> tensors = new LinkedHashMap<>();
            for (String name : file.names()) {
                Tensor mapped = file.tensor(name, backend);
                tensors.put(name, mapped.clone(mapped.dtype()));
            }
            return new TrainingState(numbers.step, numbers.seconds, numbers.before, numbers.settings, tensors);
        } catch (IOException unreadable) {
            throw new RunFolderException(String.valueOf(unreadable.getMessage()), unreadable);
        }
    }
}
