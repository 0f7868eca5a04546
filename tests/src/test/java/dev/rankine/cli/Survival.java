package dev.rankine.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Runs {@code finetune} in processes of its own, ends each with SIGKILL at a random moment, resumes it, and compares the adapter with the one of an undisturbed run, byte by byte. See {@code tests/survival/survive}.
 */
final class Survival {
    private static final String ADAPTER = "adapter/adapter_model.safetensors";

    private final Workbench bench;
    private final String method;
    private final SplittableRandom chance;
    private final Map<String, Integer> moments = new TreeMap<>();
    private final byte[] expected;
    private final long undisturbedMillis;

    Survival(Path folder, String method, long seed) throws IOException {
        this.bench = Workbench.in(folder);
        this.method = method;
        this.chance = new SplittableRandom(seed);
        Path whole = folder.resolve("whole");
        long begun = System.nanoTime();
        await(start(whole), whole);
        undisturbedMillis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun);
        expected = Files.readAllBytes(whole.resolve(ADAPTER));
    }

    /** Arguments: method, rounds, seed. Prints what became of the rounds; the exit code is 1 if one ended with other bits. */
    public static void main(String[] arguments) throws IOException {
        int rounds = Integer.parseInt(arguments[1]);
        Path folder = Files.createTempDirectory("survival");
        Survival survival = new Survival(folder, arguments[0], Long.parseLong(arguments[2]));
        int same = 0;
        for (int round = 1; round <= rounds; round++) {
            same += survival.round(folder.resolve("round-" + round)) ? 1 : 0;
            System.out.println(arguments[0] + ": " + same + " of " + round
                    + " have the bits of the undisturbed run; killed " + survival.moments);
        }
        System.exit(same == rounds ? 0 : 1);
    }

    /** One run, killed and resumed. Whether it ends with the bits of the undisturbed one. */
    boolean round(Path out) throws IOException {
        Process process = start(out);
        if (!sleep(process, chance.nextLong(undisturbedMillis + undisturbedMillis / 10))) {
            process.destroyForcibly();
        }
        join(process);
        moments.merge(moment(out), 1, Integer::sum);
        await(start(out), out);
        return Arrays.equals(expected, Files.readAllBytes(out.resolve(ADAPTER)));
    }

    /** When and how often, by what the killed process had left. */
    Map<String, Integer> moments() {
        return new LinkedHashMap<>(moments);
    }

    private static String moment(Path out) throws IOException {
        if (!Files.exists(out)) {
            return "before the run folder";
        }
        try (Stream<Path> all = Files.walk(out)) {
            List<String> left = all.map(path -> out.relativize(path).toString()).toList();
            if (left.contains("summary.json")) {
                return "after the end";
            }
            if (left.stream().anyMatch(name -> name.endsWith(".new") || name.endsWith(".old"))) {
                return "while a file was written";
            }
            return left.stream().anyMatch(name -> name.startsWith("checkpoint/step-"))
                    ? "between checkpoints"
                    : "before the first checkpoint";
        }
    }

    private Process start(Path out) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-Xmx256m"));
        // short runs: what they cost is the start of the JVM
        command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
        command.addAll(List.of("-cp", System.getProperty("java.class.path")));
        command.addAll(List.of(
                Main.class.getName(), "finetune", "--model", bench.model().toString()));
        command.addAll(List.of(
                "--task",
                "seq2seq",
                "--train",
                bench.train().toString(),
                "--dev",
                bench.dev().toString()));
        command.addAll(List.of("--method", method, "--rank", "4", "--epochs", "15", "--batch", "4", "--lr", "0.01"));
        command.addAll(List.of("--eval-steps", "40", "--checkpoint-steps", "5", "--backend", "reference"));
        command.addAll(List.of("--resume", "--out", out.toString()));
        try {
            return new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(bench.folder().resolve("output").toFile())
                    .start();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** @return whether the process ended by itself meanwhile */
    private static boolean sleep(Process process, long millis) {
        try {
            return process.waitFor(millis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException stopped) {
            throw new IllegalStateException(stopped);
        }
    }

    private static int join(Process process) {
        try {
            return process.waitFor();
        } catch (InterruptedException stopped) {
            throw new IllegalStateException(stopped);
        }
    }

    private void await(Process process, Path out) throws IOException {
        if (join(process) != 0) {
            throw new AssertionError(
                    out + ": " + Files.readString(bench.folder().resolve("output")));
        }
    }
}
