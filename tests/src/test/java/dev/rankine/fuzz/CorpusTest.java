package dev.rankine.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The corpus of every {@link FileReader}, in every build: {@code good-*} is read, {@code find-*}, which fuzzing found, is refused
 * with an error of the reader's own, and so are, if at all, thousands of inputs that a fixed chance makes of them.
 */
class CorpusTest {
    private static final Path CORPUS = Path.of("fuzzing/corpus");
    private static final int MUTATIONS = 300;

    @TempDir
    Path folder;

    private static List<Path> inputs(FileReader reader, String kind) throws IOException {
        try (Stream<Path> files = Files.list(CORPUS.resolve(reader.folder()))) {
            return files.filter(file -> file.getFileName().toString().startsWith(kind))
                    .sorted()
                    .toList();
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatRankineWritesIsRead(FileReader reader) throws IOException {
        List<Path> good = inputs(reader, "good-");
        assertThat(good).isNotEmpty();
        for (Path file : good) {
            assertThat(reader.answer(Files.readAllBytes(file), folder))
                    .as("%s", file)
                    .isNull();
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatWasFoundIsRefused(FileReader reader) throws IOException {
        for (Path file : inputs(reader, "find-")) {
            assertThat(reader.answer(Files.readAllBytes(file), folder))
                    .as("%s", file)
                    .isNotNull()
                    .hasMessageMatching("(?s).{10,}");
        }
    }

    @ParameterizedTest
    @EnumSource
    void mutationsAreReadOrRefused(FileReader reader) throws IOException {
        List<Path> all = inputs(reader, "");
        SplittableRandom chance = new SplittableRandom(reader.ordinal());
        for (int i = 0; i < MUTATIONS; i++) {
            byte[] content = Files.readAllBytes(all.get(i % all.size()));
            for (int times = chance.nextInt(3); times >= 0; times--) {
                content = mutated(content, chance);
            }
            reader.answer(content, folder);
        }
    }

    private static byte[] mutated(byte[] content, SplittableRandom chance) {
        if (content.length == 0) {
            return content;
        }
        byte[] changed = content.clone();
        int at = chance.nextInt(content.length);
        switch (chance.nextInt(4)) {
            case 0 -> changed[at] ^= (byte) (1 << chance.nextInt(Byte.SIZE));
            case 1 -> changed[at] = (byte) "0019-\"{}[],:\t\n\\".charAt(chance.nextInt(15));
            case 2 -> changed = Arrays.copyOf(changed, at);
            default -> {
                int length = Math.min(chance.nextInt(1, 9), content.length - at);
                System.arraycopy(content, chance.nextInt(content.length - length + 1), changed, at, length);
            }
        }
        return changed;
    }
}
