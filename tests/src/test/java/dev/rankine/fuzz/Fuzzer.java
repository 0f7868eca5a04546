package dev.rankine.fuzz;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;

/**
 * What Jazzer calls, see {@code tests/fuzzing/fuzz}. The first argument names {@link FileReader}s, with commas between them, each
 * of which gets every input; the second is the folder of the corpus. Files lie in memory where the machine has such a folder.
 */
public final class Fuzzer {
    private static final Path MEMORY = Path.of("/dev/shm");
    private static final AtomicReference<Fuzzer> CURRENT = new AtomicReference<>();

    private final List<FileReader> readers;
    private final Path folder;

    private Fuzzer(List<FileReader> readers, Path folder) {
        this.readers = readers;
        this.folder = folder;
    }

    /** Called once. Reads the corpus, so that no input pays for the loading of classes, which takes minutes under Jazzer. */
    public static void fuzzerInitialize(String[] arguments) throws IOException {
        List<FileReader> readers = Arrays.stream(arguments[0].split(","))
                .map(name -> FileReader.valueOf(name.toUpperCase(Locale.ROOT)))
                .toList();
        Path folder = Files.isDirectory(MEMORY)
                ? Files.createTempDirectory(MEMORY, "rankine-fuzz")
                : Files.createTempDirectory("rankine-fuzz");
        Fuzzer fuzzer = new Fuzzer(readers, folder);
        for (FileReader reader : readers) {
            try (Stream<Path> inputs = Files.list(Path.of(arguments[1]).resolve(reader.folder()))) {
                for (Path input : inputs.toList()) {
                    fuzzer.read(Files.readAllBytes(input));
                }
            }
        }
        CURRENT.set(fuzzer);
    }

    /** Called with every input. */
    public static void fuzzerTestOneInput(byte[] content) {
        CURRENT.get().read(content);
    }

    private void read(byte[] content) {
        readers.forEach(reader -> reader.answer(content, folder));
    }
}
