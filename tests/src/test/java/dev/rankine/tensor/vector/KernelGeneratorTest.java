package dev.rankine.tensor.vector;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rankine.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KernelGeneratorTest {
    private static final Path TENSOR = Repository.root().resolve("tensor/src/main");

    @Test
    void theGeneratedKernelsAreWhatTheGeneratorWrites(@TempDir Path folder) throws IOException, InterruptedException {
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        Path generator = TENSOR.resolve("generator/KernelGenerator.java");
        Path sources = TENSOR.resolve("java/dev/rankine/tensor/vector");
        Process process = new ProcessBuilder(
                        List.of(java.toString(), generator.toString(), folder.toString(), sources.toString()))
                .inheritIO()
                .start();
        assertThat(process.waitFor()).isZero();
        try (Stream<Path> files = Files.list(folder)) {
            List<Path> written = files.toList();
            assertThat(written).hasSize(13);
            for (Path file : written) {
                assertThat(sources.resolve(file.getFileName())).hasSameTextualContentAs(file);
            }
        }
    }
}
