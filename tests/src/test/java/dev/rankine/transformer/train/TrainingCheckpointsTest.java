package dev.rankine.transformer.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import dev.rankine.tensor.DType;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import dev.rankine.tensor.files.Checksums;
import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever happens to files and disks, a run goes on from the newest state that is whole, or says why it cannot. */
class TrainingCheckpointsTest {
    private static final int CORRUPTIONS = 1_000;

    @TempDir
    private Path folder;

    /** Its only tensor holds the step. */
    private static TrainingState state(long step) {
        Tensor tensor = Tensor.zeros(Toy.REFERENCE, DType.F32, Shape.of(8));
        Toy.REFERENCE.fill(tensor, step);
        return new TrainingState(step, 1.5, Map.of("exact", .25), Map.of("seed", "3"), Map.of("w", tensor));
    }

    private TrainingCheckpoints keeping(int keep) {
        return new TrainingCheckpoints(folder, keep);
    }

    private static double content(TrainingState state) {
        return state.tensors().get("w").toDoubles()[0];
    }

    @Test
    void theLastAreKept() {
        TrainingCheckpoints checkpoints = keeping(3);
        assertThat(checkpoints.exist()).isFalse();
        for (long step = 10; step <= 120; step += 10) {
            checkpoints.save(state(step));
        }
        assertThat(checkpoints.steps()).containsExactly(120L, 110L, 100L);
        assertThat(content(checkpoints.newest(Toy.REFERENCE, TrainingCheckpointsTest::unexpected)))
                .isEqualTo(120);
        assertThatThrownBy(() -> keeping(0)).hasMessageContaining("at least 1");
    }

    @Test
    void theFutureOfAnotherRunGoes() {
        TrainingCheckpoints checkpoints = keeping(3);
        for (long step : new long[] {10, 20, 30}) {
            checkpoints.save(state(step));
        }
        checkpoints.save(state(15));
        assertThat(checkpoints.steps()).containsExactly(15L, 10L);
    }

    private static void unexpected(String word) {
        throw new AssertionError(word);
    }

    @Test
    void aThousandCorruptedCopiesAreNoticedAndThePreviousOneUsed() throws IOException {
        TrainingCheckpoints checkpoints = keeping(2);
        checkpoints.save(state(10));
        checkpoints.save(state(20));
        Path newest = checkpoints.at(20).folder();
        Path whole = Files.createDirectories(folder.resolveSibling("whole"));
        copy(newest, whole);
        SplittableRandom chance = new SplittableRandom(7);
        for (int i = 0; i < CORRUPTIONS; i++) {
            copy(whole, newest);
            String what = corrupt(newest, chance);
            List<String> words = new ArrayList<>();
            assertThat(content(checkpoints.newest(Toy.REFERENCE, words::add)))
                    .as(what)
                    .isEqualTo(10);
            assertThat(words).as(what).singleElement().asString().contains("step-20 is damaged", "older checkpoint");
        }
        copy(whole, newest);
        assertThat(content(checkpoints.newest(Toy.REFERENCE, TrainingCheckpointsTest::unexpected)))
                .isEqualTo(20);
    }

    /** A flipped bit, a cut, bytes at the end, a file that is gone or new; of any file, the sums as well. */
    private static String corrupt(Path checkpoint, SplittableRandom chance) throws IOException {
        List<Path> files = files(checkpoint);
        Path file = files.get(chance.nextInt(files.size()));
        byte[] content = Files.readAllBytes(file);
        int at = chance.nextInt(content.length);
        int kind = chance.nextInt(10);
        String what = file.getFileName() + ", byte " + at + ", kind " + kind;
        switch (kind) {
            case 0 -> Files.delete(file);
            case 1 -> Files.write(checkpoint.resolve("another"), content);
            case 2 -> Files.write(file, Arrays.copyOf(content, content.length + 1 + at));
            case 3, 4 -> Files.write(file, Arrays.copyOf(content, at));
            default -> {
                content[at] ^= (byte) (1 << chance.nextInt(Byte.SIZE));
                Files.write(file, content);
            }
        }
        return what;
    }

    private static List<Path> files(Path from) throws IOException {
        try (Stream<Path> files = Files.list(from)) {
            return files.sorted().toList();
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        for (Path old : files(to)) {
            Files.delete(old);
        }
        for (Path file : files(from)) {
            Files.copy(file, to.resolve(file.getFileName().toString()), StandardCopyOption.REPLACE_EXISTING);
        }
    }

    @Test
    void whereNoneIsWholeThatIsAnError() throws IOException {
        TrainingCheckpoints checkpoints = keeping(2);
        assertThatThrownBy(() -> checkpoints.newest(Toy.REFERENCE, TrainingCheckpointsTest::unexpected))
                .hasMessageContaining("no checkpoint");
        checkpoints.save(state(10));
        Files.delete(checkpoints.at(10).folder().resolve(Checksums.FILE));
        assertThatThrownBy(() -> checkpoints.newest(Toy.REFERENCE, TrainingCheckpointsTest::unexpected))
                .isInstanceOf(RunFolderException.class)
                .hasMessageContaining("whole")
                .hasMessageContaining("SHA256SUMS is missing");
    }

    /** Sums are right, content is not: a file that somebody else made. */
    @Test
    void filesThatAreNoStateAreNamed() throws IOException {
        TrainingCheckpoint checkpoint = keeping(1).at(5);
        keeping(1).save(state(5));
        for (String wrong : List.of("state.json", "state.safetensors")) {
            Path file = checkpoint.folder().resolve(wrong);
            byte[] before = Files.readAllBytes(file);
            for (String content : List.of("", "null", "{\"step\": \"many\"}", "{\"step\": 1}", "[[[")) {
                Files.writeString(file, content);
                Checksums.write(checkpoint.folder());
                assertThatThrownBy(() -> checkpoint.load(Toy.REFERENCE))
                        .as("%s: %s", wrong, content)
                        .isInstanceOf(RunFolderException.class)
                        .hasMessageContaining(wrong);
            }
            Files.write(file, before);
        }
    }

    @Test
    void aFullDiskLeavesTheLastCheckpointWhole() throws IOException {
        Configuration small = Configuration.unix().toBuilder()
                .setBlockSize(512)
                .setMaxSize(16 * 1024)
                .setMaxCacheSize(0)
                .build();
        try (FileSystem disk = Jimfs.newFileSystem(small)) {
            Path run = disk.getPath("/run/checkpoint");
            TrainingCheckpoints checkpoints = new TrainingCheckpoints(run, 2);
            checkpoints.save(state(1));
            Tensor large = Tensor.zeros(Toy.REFERENCE, DType.F64, Shape.of(4096));
            TrainingState tooLarge = new TrainingState(2, 0, Map.of(), Map.of(), Map.of("large", large));
            assertThatThrownBy(() -> checkpoints.save(tooLarge))
                    .isInstanceOf(RunFolderException.class)
                    .hasMessageContaining("step 2 cannot be written")
                    .hasMessageContaining("step 1 stays as it was")
                    .hasMessageContaining("make room");
            assertThat(files(run))
                    .extracting(file -> file.getFileName().toString())
                    .containsExactly("step-1");
            assertThat(checkpoints.at(1).problem()).isNull();
            checkpoints.save(state(3));
            assertThat(checkpoints.steps()).containsExactly(3L, 1L);
        }
    }

    @Test
    void aFolderThatCannotBeMadeIsNamed() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "x");
        assertThatThrownBy(() -> new TrainingCheckpoints(file.resolve("checkpoint"), 2).save(state(1)))
                .isInstanceOf(RunFolderException.class)
                .hasMessageContaining("step 1 cannot be written")
                .hasMessageContaining("there is none yet");
    }
}
