package dev.rankine.transformer.data;

import java.nio.file.Path;

/** A data file that cannot be used; the message names the file, the line and what to do. */
public final class DataException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final long line;

    private DataException(String message, long line) {
        super(message);
        this.line = line;
    }

    static DataException in(Path file, String problem) {
        return new DataException(file + ": " + problem, 0);
    }

    static DataException in(Path file, long line, String problem) {
        return new DataException(file + ", line " + line + ": " + problem, line);
    }

    /** Counted from 1; 0 where the whole file is meant. */
    public long line() {
        return line;
    }
}
