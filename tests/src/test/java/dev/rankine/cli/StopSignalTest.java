package dev.rankine.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rankine.tensor.Backend;
import dev.rankine.tensor.Backends;
import dev.rankine.transformer.train.RunFolder;
import dev.rankine.transformer.train.TrainingState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** SIGTERM, sent to real processes. */
class StopSignalTest {
    private static final int TERMINATED = 143;
    private static final int EPOCHS = 15;

    @TempDir
    Path folder;

    private Workbench bench;

    @BeforeEach
    void prepare() {
        Assumptions.assumeTrue(
                ProcessHandle.current().supportsNormalTermination(), "this system has no signal that asks to end");
        bench = Workbench.in(folder);
    }

    @Test
    void theFirstLeavesAWholeCheckpointFromWhichTheBitsAreThoseOfAnUndisturbedRun() throws Exception {
        ChildFinetune child = new ChildFinetune(bench, "salora");
        Path out = bench.out();
        Process process = child.start(out, EPOCHS);
        until(process, () -> Files.exists(out.resolve("checkpoint").resolve("step-5")));
        process.destroy();
        assertThat(ChildFinetune.join(process)).as(child.output()).isEqualTo(TERMINATED);
        TrainingState state = newest(out);
        assertThat(child.output())
                .contains("stopping: the step is finished")
                .contains("stopped after step " + state.step() + " of " + EPOCHS * ChildFinetune.STEPS_PER_EPOCH)
                .contains("--resume goes on");
        Path undisturbed = folder.resolve("undisturbed");
        assertThat(Called.rankine(child.arguments(undisturbed, EPOCHS).toArray())
                        .exitCode())
                .isZero();
        assertThat(Called.rankine(child.arguments(out, EPOCHS).toArray()).exitCode())
                .isZero();
        assertThat(out.resolve(ChildFinetune.ADAPTER))
                .hasSameBinaryContentAs(undisturbed.resolve(ChildFinetune.ADAPTER));
    }

    /** The run measures its model on many examples before the first step, which would take long. */
    @Test
    void theSecondEndsAtOnce() throws Exception {
        bench.write("dev.tsv", Collections.nCopies(50_000, "abc\tABC"));
        ChildFinetune child = new ChildFinetune(bench, "lora");
        Process process = child.start(bench.out(), EPOCHS);
        until(process, () -> Files.exists(bench.out()));
        process.destroy();
        until(process, () -> child.output().contains("stopping"));
        process.destroy();
        assertThat(ChildFinetune.join(process)).as(child.output()).isEqualTo(TERMINATED);
        assertThat(child.output()).doesNotContain("stopped before").doesNotContain("stopped after");
    }

    private static TrainingState newest(Path out) throws IOException {
        try (Backend backend = Backends.choose("reference", 1).backend()) {
            return RunFolder.at(out, true).checkpoints(2).newest(backend, word -> {
                throw new AssertionError(word);
            });
        }
    }

    private static void until(Process process, BooleanSupplier reached) throws InterruptedException {
        while (!reached.getAsBoolean()) {
            assertThat(process.isAlive()).isTrue();
            Thread.sleep(1);
        }
    }
}
