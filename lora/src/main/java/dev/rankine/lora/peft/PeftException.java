package dev.rankine.lora.peft;

import java.nio.file.Path;

/** An adapter that cannot be read or written; the message names the file, the key or module, and what was expected. */
public final class PeftException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    PeftException(Path place, String problem) {
        super(place + ": " + problem);
    }

    PeftException(Path place, String problem, Throwable cause) {
        super(place + ": " + problem, cause);
    }
}
