package dev.rankine.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rankine.transformer.train.RunFolder;
import dev.rankine.transformer.train.RunSummary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoCommandTest {
    @TempDir
    Path folder;

    @Test
    void trainsABaseAndTwoAdaptersAndLeavesWhatPredictCanUse() throws IOException {
        Path out = folder.resolve("demo");
        Called called = Called.rankine(
                "demo", "--base-steps", 3, "--steps", 12, "--batch", 4, "--tests", 16, "--threads", 1, "--out", out);
        assertThat(called.exitCode()).as(called.err()).isZero();
        assertThat(called.err()).startsWith("Rankine's demonstration").contains("never seen");
        assertThat(called.out())
                .contains("base, 12 languages", "lora, 4 new languages", "salora, 4 new languages", "parameters")
                .contains("report: " + out.resolve("report.html"));
        for (String run : new String[] {"base", "lora", "salora"}) {
            assertThat(RunFolder.at(out.resolve(run), true).state()).isEqualTo(RunFolder.State.FINISHED);
            assertThat(out.resolve(run).resolve("report.html")).isNotEmptyFile();
        }
        RunSummary salora = RunFolder.at(out.resolve("salora"), true).summary();
        assertThat(salora.ranks().density()).isEqualTo(0.5);
        assertThat(salora.ranks().retainedRank()).hasSize(32);
        assertThat(Files.readString(out.resolve("report.html"))).contains("<th>LoRA</th><th>SaLoRA</th>");

        Called predicted = Called.withInput(
                "7 Eylül 2023 Perşembe\n",
                "predict",
                "--model",
                out.resolve("model"),
                "--adapter",
                out.resolve("salora").resolve("adapter"));
        assertThat(predicted.exitCode()).as(predicted.err()).isZero();
        assertThat(predicted.out()).startsWith("7 Eylül 2023 Perşembe\t");
        assertThat(predicted.err()).contains("does not know");

        Called again = Called.rankine("demo", "--out", out);
        assertThat(again.exitCode()).isEqualTo(2);
        assertThat(again.err()).contains("exists");
    }

    @Test
    void stepsThatAreNoneAreRefused() {
        Called called = Called.rankine("demo", "--steps", 0, "--out", folder.resolve("none"));
        assertThat(called.exitCode()).isEqualTo(2);
        assertThat(called.err()).contains("at least 1");
        assertThat(folder.resolve("none")).doesNotExist();
    }
}
