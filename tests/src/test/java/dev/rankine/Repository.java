package dev.rankine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The checked-out repository that the tests run in. */
public final class Repository {
    private Repository() {}

    /** The folder that holds the parent {@code pom.xml} and the launcher. */
    public static Path root() {
        for (Path folder = Path.of("").toAbsolutePath(); folder != null; folder = folder.getParent()) {
            if (Files.exists(folder.resolve("rankine")) && Files.exists(folder.resolve("pom.xml"))) {
                return folder;
            }
        }
        throw new IllegalStateException("no repository around " + Path.of("").toAbsolutePath());
    }

    /** The Java files of all modules under {@code src/<set>/java}, sorted. */
    static List<Path> javaFiles(String set) {
        try (Stream<Path> modules = Files.list(root())) {
            return modules.map(module -> module.resolve("src").resolve(set).resolve("java"))
                    .filter(Files::isDirectory)
                    .flatMap(Repository::javaFilesUnder)
                    .sorted()
                    .toList();
        } catch (IOException problem) {
            throw new UncheckedIOException(problem);
        }
    }

    private static Stream<Path> javaFilesUnder(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.toString().endsWith(".java")).toList().stream();
        } catch (IOException problem) {
            throw new UncheckedIOException(problem);
        }
    }
}
