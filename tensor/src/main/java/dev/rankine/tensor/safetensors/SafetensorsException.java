package dev.rankine.tensor.safetensors;

import java.io.IOException;
import java.nio.file.Path;

/** A file that is not what the safetensors format says; the message names the file, the tensor and what was expected. */
public final class SafetensorsException extends IOException {
    private static final long serialVersionUID = 1L;

    SafetensorsException(Path file, String problem) {
        super(file + ": " + problem);
    }

    SafetensorsException(Path file, String problem, Throwable cause) {
        super(file + ": " + problem, cause);
    }
}
