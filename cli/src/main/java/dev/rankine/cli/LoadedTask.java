package dev.rankine.cli;

import dev.rankine.lora.task.Examples;
import dev.rankine.lora.task.Task;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A task with its model and the files that were read for it.
 *
 * @param trainFile null where nothing is trained
 * @param encoding makes examples of a file, and warns of what is lost
 */
record LoadedTask<F>(Task task, @Nullable F trainFile, F devFile, Function<F, Examples> encoding) {
    Examples train() {
        return encoding.apply(Objects.requireNonNull(trainFile, "there is nothing to train on"));
    }

    Examples dev() {
        return encoding.apply(devFile);
    }
}
