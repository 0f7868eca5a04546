package dev.rankine.cli;

import java.nio.file.Path;

/**
 * A file and how much of it is read.
 *
 * @param option that limits it, for messages
 * @param limit how many examples at most
 */
record DataSource(Path file, String option, int limit) {
    DataSource {
        if (limit < 1) {
            throw new UsageException(option + " must be at least 1, got " + limit);
        }
    }
}
