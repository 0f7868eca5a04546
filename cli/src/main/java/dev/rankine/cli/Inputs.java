package dev.rankine.cli;

import java.nio.file.Files;
import java.nio.file.Path;

/** Checks that what options name is there. */
final class Inputs {
    private Inputs() {}

    static void requireFile(String option, Path file) {
        if (!Files.isRegularFile(file)) {
            throw new UsageException(option + " " + file + ": "
                    + (Files.exists(file) ? "it is no ordinary file" : "there is no such file"));
        }
    }

    static void requireFolder(String option, Path folder) {
        if (!Files.isDirectory(folder)) {
            throw new UsageException(option + " " + folder + ": there is no such folder");
        }
    }
}
