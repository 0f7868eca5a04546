package dev.rankine.cli;

import dev.rankine.tensor.Backend;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A task as a call asks for it: its files are read, its model is not. */
interface TaskSetup {
    /** What the training file holds, an example each; empty where nothing is trained. */
    List<String> trainRows();

    /** What the file to measure with holds, likewise. */
    List<String> devRows();

    /** The metric that the data's format is usually judged by; null where it is the task's own. */
    default @Nullable String metric() {
        return null;
    }

    /**
     * Reads the model.
     *
     * @param seed of what begins at random
     */
    LoadedTask<?> load(Backend backend, Console console, long seed);

    /** Warns of what the model's configuration says and nobody here knows. */
    static void warnOfUnknown(List<String> keys, Path model, Console console) {
        if (!keys.isEmpty()) {
            console.warn(model.resolve("config.json") + ": keys without a known meaning are passed over: "
                    + String.join(", ", keys));
        }
    }

    /** Says which modules the model's folder lacks. */
    static void sayFresh(List<String> modules, Path model, Console console) {
        if (!modules.isEmpty()) {
            console.say(model + " has no head for this task, so it begins at random: " + String.join(", ", modules));
        }
    }
}
