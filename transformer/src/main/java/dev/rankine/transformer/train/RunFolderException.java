package dev.rankine.transformer.train;

/** A run folder that cannot be used as asked; the message says what to do. */
public final class RunFolderException extends RuntimeException {
    private static final long serialVersionUID = 1;

    RunFolderException(String message) {
        super(message);
    }

    RunFolderException(String message, Throwable cause) {
        super(message, cause);
    }
}
