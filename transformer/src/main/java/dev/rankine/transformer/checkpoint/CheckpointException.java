package dev.rankine.transformer.checkpoint;

import java.nio.file.Path;

/** A model folder that cannot be used; the message names the file, what is wrong and what to do. */
public final class CheckpointException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private CheckpointException(String message, Throwable cause) {
        super(message, cause);
    }

    private CheckpointException(String message) {
        super(message);
    }

    static CheckpointException in(Path file, String problem) {
        return new CheckpointException(file + ": " + problem);
    }

    static CheckpointException in(Path file, String problem, Throwable cause) {
        return new CheckpointException(file + ": " + problem, cause);
    }

    /** For a cause whose message names the file already. */
    static CheckpointException of(Exception cause) {
        return new CheckpointException(String.valueOf(cause.getMessage()), cause);
    }
}
