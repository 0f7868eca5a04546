package dev.rankine.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** {@code finetune} of a {@link Workbench} in a process of its own, whose output goes to the file {@code output}. */
record ChildFinetune(Workbench bench, String method) {
    static final String ADAPTER = "adapter/adapter_model.safetensors";

    /** One pass over the data is so many steps. */
    static final int STEPS_PER_EPOCH = Workbench.PAIRS / 4;

    /** The words of a call, the JVM among them. */
    List<String> command(Path out, int epochs, String... more) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-Xmx256m"));
        // short runs: what they cost is the start of the JVM
        command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
        command.addAll(arguments(out, epochs, more));
        return command;
    }

    /** The same call without the JVM. */
    List<String> arguments(Path out, int epochs, String... more) {
        List<String> arguments = new ArrayList<>(List.of("finetune", "--task", "seq2seq", "--resume"));
        arguments.addAll(List.of("--model", bench.model().toString(), "--out", out.toString()));
        arguments.addAll(List.of(
                "--train", bench.train().toString(), "--dev", bench.dev().toString()));
        arguments.addAll(List.of("--method", method, "--rank", "4", "--batch", "4", "--lr", "0.01"));
        arguments.addAll(List.of("--epochs", Integer.toString(epochs), "--eval-steps", "40"));
        arguments.addAll(List.of("--checkpoint-steps", "5", "--backend", "reference", "--threads", "1"));
        arguments.addAll(List.of(more));
        return arguments;
    }

    Process start(Path out, int epochs, String... more) {
        return start(command(out, epochs, more));
    }

    Process start(List<String> command) {
        try {
            return new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(bench.folder().resolve("output").toFile())
                    .start();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** What the last process has said so far. */
    String output() {
        try {
            return Files.readString(bench.folder().resolve("output"));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    static int join(Process process) {
        try {
            return process.waitFor();
        } catch (InterruptedException stopped) {
            throw new IllegalStateException(stopped);
        }
    }
}
