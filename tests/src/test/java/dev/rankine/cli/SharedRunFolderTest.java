package dev.rankine.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two processes that are given the same run folder. */
class SharedRunFolderTest {
    private static final int EPOCHS = 15;

    @TempDir
    Path folder;

    @Test
    void theSecondIsRefusedAndTheFirstDoesNotNotice() throws Exception {
        ChildFinetune child = new ChildFinetune(Workbench.in(folder), "lora");
        Path undisturbed = folder.resolve("undisturbed");
        assertThat(Called.rankine(child.arguments(undisturbed, EPOCHS).toArray())
                        .exitCode())
                .isZero();
        Path out = folder.resolve("out");
        Process first = child.start(out, EPOCHS);
        while (first.isAlive() && !Files.exists(out.resolve("checkpoint"))) {
            Thread.onSpinWait();
        }
        Called second = Called.rankine(child.arguments(out, EPOCHS).toArray());
        assertThat(second.exitCode()).isEqualTo(1);
        assertThat(second.err()).contains(out + " is in use: another run is writing to it");
        assertThat(ChildFinetune.join(first)).as(child.output()).isZero();
        assertThat(out.resolve(ChildFinetune.ADAPTER))
                .hasSameBinaryContentAs(undisturbed.resolve(ChildFinetune.ADAPTER));
    }
}
