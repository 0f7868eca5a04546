package dev.rankine.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A few rounds of {@link Survival} in every build; {@code tests/survival/survive} makes a hundred. */
class SurvivalTest {
    private static final int ROUNDS = Integer.getInteger("rankine.survival", 2);

    @TempDir
    Path folder;

    @Test
    void aRunThatIsKilledAndResumedEndsWithTheSameBits() throws IOException {
        Survival survival = new Survival(folder, "salora", System.nanoTime());
        for (int round = 0; round < ROUNDS; round++) {
            assertThat(survival.round(folder.resolve("round-" + round)))
                    .as("killed %s", survival.moments())
                    .isTrue();
        }
    }
}
