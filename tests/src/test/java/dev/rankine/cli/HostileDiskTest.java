package dev.rankine.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rankine.tensor.Backend;
import dev.rankine.tensor.Backends;
import dev.rankine.transformer.train.RunFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Disks that are full, or that nobody may write to any more: file systems in memory, in a name space of their own, which Linux gives
 * to everybody. Skipped where it does not.
 */
class HostileDiskTest {
    /** In a name space of its own: $1 is where the disk comes, $2 where copies go, what follows is the call. */
    private static final String FULL = """
            disk=$1 copies=$2; shift 2
            mount -t tmpfs -o size=256k disk "$disk"
            "$@"; echo "exit code $?"
            cp -r "$disk/out" "$copies/full"
            mount -o remount,size=64m "$disk"
            "$@"; echo "exit code $?"
            cp -r "$disk/out" "$copies/whole"
            """;

    /** Over the run's folder comes the same one for reading only: a disk on which a file is open cannot become that as a whole. */
    private static final String READ_ONLY = """
            disk=$1 copies=$2; shift 2
            mount -t tmpfs disk "$disk"
            "$@" & run=$!
            while [ ! -e "$disk/out/checkpoint/step-10" ]; do kill -0 $run || exit 1; sleep .01; done
            mount --bind "$disk/out" "$disk/out" && mount -o remount,bind,ro "$disk/out" || kill $run
            wait $run; echo "exit code $?"
            cp -r "$disk/out" "$copies/left"
            """;

    @TempDir
    Path folder;

    private ChildFinetune child;
    private Path disk;

    @BeforeEach
    void prepare() throws Exception {
        child = new ChildFinetune(Workbench.in(folder), "lora");
        disk = Files.createDirectory(folder.resolve("disk"));
        Assumptions.assumeTrue(
                inNameSpace("mount -t tmpfs disk \"$1\"; echo mounted", List.of())
                        .contains("mounted"),
                "this system lets nobody mount a file system in a name space of his own");
    }

    private String inNameSpace(String script, List<String> call) throws IOException {
        List<String> command =
                new ArrayList<>(List.of("unshare", "--map-root-user", "--mount", "sh", "-c", script, "sh"));
        command.addAll(List.of(disk.toString(), folder.toString()));
        command.addAll(call);
        try {
            ChildFinetune.join(child.start(command));
        } catch (UncheckedIOException noSuchProgram) {
            return "";
        }
        return child.output();
    }

    @Test
    void aFullOneIsToldAndWithRoomTheRunGoesOn() throws IOException {
        int epochs = 15;
        String[] all = {"--keep-checkpoints", "100"};
        String output = inNameSpace(FULL, child.command(disk.resolve("out"), epochs, all));
        assertThat(output)
                .containsSubsequence(
                        "cannot be written", "No space left on device", "stays as it was", "make room", "exit code 1");
        assertThat(output).endsWith("exit code 0\n");
        assertWhole(folder.resolve("full"));
        Path undisturbed = folder.resolve("undisturbed");
        assertThat(Called.rankine(child.arguments(undisturbed, epochs, all).toArray())
                        .exitCode())
                .isZero();
        assertThat(folder.resolve("whole").resolve(ChildFinetune.ADAPTER))
                .hasSameBinaryContentAs(undisturbed.resolve(ChildFinetune.ADAPTER));
    }

    @Test
    void oneThatMayNotBeWrittenToIsTold() throws IOException {
        String output = inNameSpace(READ_ONLY, child.command(disk.resolve("out"), 10_000));
        assertThat(output).contains("Read-only file system").contains("exit code 1");
        assertWhole(folder.resolve("left"));
    }

    /** Every checkpoint in a run folder. */
    private static void assertWhole(Path out) {
        var checkpoints = RunFolder.at(out, true).checkpoints(1);
        assertThat(checkpoints.steps()).isNotEmpty();
        try (Backend backend = Backends.choose("reference", 1).backend()) {
            for (long step : checkpoints.steps()) {
                assertThat(checkpoints.at(step).problem()).isNull();
                assertThat(checkpoints.at(step).load(backend).step()).isEqualTo(step);
            }
        }
    }
}
