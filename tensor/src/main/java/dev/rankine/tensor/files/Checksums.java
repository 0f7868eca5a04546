package dev.rankine.tensor.files;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The file {@value #FILE} of a folder: SHA-256 of every other file, as {@code sha256sum} writes and checks it. A changed bit,
 * in the sums as well, a file too few or too many, a shorter or longer one: all of them are noticed.
 */
public final class Checksums {
    public static final String FILE = "SHA256SUMS";

    private static final int PART = 1 << 16;

    private Checksums() {}

    /** Writes the sums of a folder's files. */
    public static void write(Path folder) throws IOException {
        Files.writeString(folder.resolve(FILE), of(folder));
    }

    /**
     * What is wrong with a folder, in a few words; null if it is as it was when the sums were written.
     *
     * @throws IOException if it cannot be read at all
     */
    public static @Nullable String problem(Path folder) throws IOException {
        Path sums = folder.resolve(FILE);
        if (!Files.isRegularFile(sums)) {
            return FILE + " is missing";
        }
        String actual = of(folder);
        byte[] stored = Files.readAllBytes(sums);
        if (Arrays.equals(stored, actual.getBytes(StandardCharsets.UTF_8))) {
            return null;
        }
        String text = new String(stored, StandardCharsets.UTF_8);
        return actual.lines()
                .filter(line -> !text.contains(line + "\n"))
                .findFirst()
                .map(line -> line.substring(line.indexOf("  ") + 2) + " does not match " + FILE)
                .orElse(FILE + " names other files than there are");
    }

    private static String of(Path folder) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            List<Path> files = entries.filter(
                            file -> !file.getFileName().toString().equals(FILE))
                    .sorted()
                    .toList();
            StringBuilder sums = new StringBuilder();
            for (Path file : files) {
                sums.append(sum(file)).append("  ").append(file.getFileName()).append('\n');
            }
            return sums.toString();
        }
    }

    private static String sum(Path file) throws IOException {
        MessageDigest digest = sha256();
        byte[] part = new byte[PART];
        try (InputStream content = Files.newInputStream(file)) {
            for (int read = content.read(part); read >= 0; read = content.read(part)) {
                digest.update(part, 0, read);
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every JDK has SHA-256", impossible);
        }
    }
}
