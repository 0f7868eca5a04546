package dev.rankine.lora.task;

import dev.rankine.tensor.files.SmallFile;
import dev.rankine.transformer.data.Template;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * The file {@value #NAME} beside an adapter: what its own format does not tell, so that it can be used without saying
 * everything again. PEFT passes it over.
 *
 * @param task its kind, such as {@code classify}
 * @param labels the classes in the order of their numbers; empty for tasks without
 * @param pairs whether it reads two texts
 * @param maxLength what longer texts were cut to, null for the model's positions
 * @param template how prompts are put together, null where texts stand for themselves
 */
public record TaskFile(
        String task,
        List<String> labels,
        boolean pairs,
        @Nullable Integer maxLength,
        @Nullable String template) {
    public static final String NAME = "rankine_task.json";

    /** Begins the names of labels that have none. */
    static final String UNNAMED = "LABEL_";

    private static final JsonMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    public TaskFile {
        labels = List.copyOf(labels);
    }

    /** Of a task that needs to say no more than its kind. */
    static TaskFile of(String task) {
        return of(task, null, null);
    }

    /** Of a task without labels. */
    static TaskFile of(String task, @Nullable Integer maxLength, @Nullable String template) {
        return new TaskFile(task, List.of(), false, maxLength, template);
    }

    /** The template; null where there is none. */
    public @Nullable Template promptTemplate() {
        return template == null ? null : Template.of(template);
    }

    /** What a folder says; null if it does not. */
    public static @Nullable TaskFile in(Path folder) {
        Path file = folder.resolve(NAME);
        if (!Files.exists(file)) {
            return null;
        }
        try {
            return JSON.readValue(SmallFile.text(file), TaskFile.class);
        } catch (IOException | JacksonException unreadable) {
            throw new IllegalArgumentException(file + " cannot be read: " + unreadable.getMessage(), unreadable);
        }
    }

    /**
     * What a model folder, or an adapter for it, is for: what the adapter's folder says, or the model's, or else the number of labels
     * that a trained head tells apart.
     *
     * @param adapter null for the model alone
     * @param pairs whether it is to read pairs, where nothing says so
     * @return null for words, which any model of them can write or fill in
     */
    public static @Nullable TaskFile of(Path model, @Nullable Path adapter, boolean pairs) {
        TaskFile said = in(adapter == null ? model : adapter);
        if (said != null) {
            return said;
        }
        if (adapter != null && !Files.exists(adapter.resolve(AdapterFolder.TENSORS))) {
            return null; // what else is missing is told where it is read
        }
        ModelFolder folder = adapter == null ? ModelFolder.of(model) : ModelFolder.forAdapter(model, adapter);
        return folder.task(pairs);
    }

    /** Whether the labels have names of their own, which may stand in files. */
    public boolean hasNames() {
        return labels.stream().noneMatch(label -> label.startsWith(UNNAMED));
    }

    void write(Path folder) {
        try {
            Files.writeString(folder.resolve(NAME), JSON.writeValueAsString(this) + "\n");
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
