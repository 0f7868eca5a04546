package dev.rankine.cli;

import dev.rankine.lora.task.AdapterSwitch;
import dev.rankine.lora.task.TaskFile;
import dev.rankine.tensor.Backend;
import dev.rankine.transformer.Model;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which adapters a model is used with, one after the other. */
final class AdapterOptions {
    @Option(
            names = "--adapter",
            paramLabel = "DIR",
            description = "A trained adapter; several are used one after the other without reading the model again"
                    + " (default: the model without any).")
    private List<Path> folders = List.of();

    List<Path> folders() {
        return folders;
    }

    /** Refuses folders that are not there or named twice. */
    void check() {
        folders.forEach(folder -> Inputs.requireFolder("--adapter", folder));
        for (Path folder : folders) {
            if (folders.indexOf(folder) != folders.lastIndexOf(folder)) {
                throw new UsageException("--adapter " + folder + " is given twice");
            }
        }
    }

    /**
     * What they were trained for, or, if there is none, the model; null for words.
     *
     * @param pairs whether there are pairs to read, where nothing says so
     */
    @Nullable
    TaskFile taskFile(Path model, boolean pairs) {
        @Nullable TaskFile first = folders.isEmpty() ? TaskFile.of(model, null, pairs) : null;
        for (Path folder : folders) {
            TaskFile file = TaskFile.of(model, folder, pairs);
            if (first != null && !first.equals(file)) {
                throw new UsageException("--adapter " + folder + " was trained for another task than "
                        + folders.getFirst() + ": use them one by one");
            }
            first = file;
        }
        return first;
    }

    /** Reads all of them, then does something with each on the model; once with the bare model where there is none. */
    void forEach(Model model, Backend backend, Consumer<String> use) {
        AdapterSwitch adapters = new AdapterSwitch(model, backend);
        folders.forEach(folder -> adapters.add(folder.toString(), folder));
        if (folders.isEmpty()) {
            use.accept("none");
        }
        for (String name : adapters.names()) {
            adapters.use(name);
            use.accept(name);
        }
    }
}
