package dev.rankine.cli;

import dev.rankine.tensor.files.SmallFile;
import dev.rankine.transformer.data.Template;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/** The templates that come with the program, in {@code templates/}, and those in files. */
final class Templates {
    private Templates() {}

    static List<String> names() {
        return resource("names").lines().toList();
    }

    /**
     * @param nameOrFile one of {@link #names}, or a file
     * @throws UsageException if it is neither, or the text is no template
     */
    static Template read(String nameOrFile) {
        if (names().contains(nameOrFile)) {
            return Template.of(resource(nameOrFile));
        }
        Path file = Path.of(nameOrFile);
        if (!Files.isRegularFile(file)) {
            throw new UsageException("--template " + nameOrFile + ": there is no such file, and no template of that"
                    + " name; there are: " + String.join(", ", names()));
        }
        try {
            return Template.of(SmallFile.text(file));
        } catch (IOException unreadable) {
            throw new UsageException("--template " + nameOrFile + " cannot be read as UTF-8: " + unreadable);
        } catch (IllegalArgumentException malformed) {
            throw new UsageException("--template " + nameOrFile + ": " + malformed.getMessage());
        }
    }

    private static String resource(String name) {
        String file = "templates/" + name + ".txt";
        try (InputStream text = Objects.requireNonNull(Templates.class.getResourceAsStream(file), file)) {
            return new String(text.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
