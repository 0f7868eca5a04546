package dev.rankine.tensor.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

/**
 * Files that are read whole: configurations, descriptions, vocabularies. Whatever is too large to be one, or has no end that can be
 * known, such as a pipe, is refused before a byte of it is read.
 */
public final class SmallFile {
    private static final long MOST_BYTES = 256L << 20;

    private SmallFile() {}

    /**
     * What a file holds.
     *
     * @throws java.nio.file.NoSuchFileException if it is not there
     * @throws IOException if it is no ordinary file, too large, or cannot be read
     */
    public static byte[] bytes(Path file) throws IOException {
        check(file);
        return Files.readAllBytes(file);
    }

    /** The same as text in UTF-8; anything else is an error too. */
    public static String text(Path file) throws IOException {
        check(file);
        return Files.readString(file);
    }

    private static void check(Path file) throws IOException {
        BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
        if (!attributes.isRegularFile()) {
            throw new IOException("it is no ordinary file");
        }
        if (attributes.size() > MOST_BYTES) {
            throw new IOException(
                    "it has " + attributes.size() + " bytes; no more than " + MOST_BYTES + " are read of such a file");
        }
    }
}
