package dev.rankine.cli;

import dev.rankine.lora.task.Examples;
import dev.rankine.lora.task.Task;
import dev.rankine.tensor.Backend;
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
    Loaded load(Backend backend, Console console, long seed);

    /** The task with its model. What is lost where examples become ids is warned of. */
    interface Loaded {
        Task task();

        Examples train();

        Examples dev();
    }
}
