package dev.rankine.tensor.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rankine.transformer.checkpoint.CheckpointException;
import dev.rankine.transformer.checkpoint.GenerationConfig;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SmallFileTest {
    @TempDir
    Path folder;

    @Test
    void whatIsInIt() throws IOException {
        Path file = Files.writeString(folder.resolve("a"), "ä\n");
        assertThat(SmallFile.text(file)).isEqualTo("ä\n");
        assertThat(SmallFile.bytes(file)).hasSize(3);
        assertThat(SmallFile.text(Files.createSymbolicLink(folder.resolve("b"), file)))
                .isEqualTo("ä\n");
    }

    @Test
    void whatIsNoTextIsRefused() throws IOException {
        Path file = Files.write(folder.resolve("a"), new byte[] {'a', (byte) 0xff});
        assertThatThrownBy(() -> SmallFile.text(file)).isInstanceOf(CharacterCodingException.class);
        assertThatThrownBy(() -> SmallFile.text(folder.resolve("none"))).isInstanceOf(NoSuchFileException.class);
        assertThatThrownBy(() -> SmallFile.bytes(folder)).hasMessage("it is no ordinary file");
    }

    /** A file of nothing but a hole takes no place on the disk, and would take three gigabytes of memory. */
    @Test
    void whatIsFarTooLargeIsNotRead() throws IOException {
        Path file = folder.resolve("config.json");
        try (RandomAccessFile hole = new RandomAccessFile(file.toFile(), "rw")) {
            hole.setLength(3L << 30);
        }
        String size = "it has 3221225472 bytes; no more than 268435456 are read of such a file";
        assertThatThrownBy(() -> SmallFile.bytes(file)).hasMessage(size);
        assertThatThrownBy(() -> GenerationConfig.in(folder, 10))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContainingAll(file.toString(), size);
    }
}
