package dev.rankine.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Runs commands one after the other, each in a process of its own, with the options of this JVM: so every run finds the same
 * cold JIT and an empty memory, and its time and peak memory are its own.
 */
final class ChildRun {
    private static final List<String> OF_THIS_PROCESS_ONLY = List.of("-javaagent", "-agentlib", "-agentpath");
    private static final String CLEAR_LINE = "\r\u001b[K";

    private final Console console;
    /** The JVM has said the first for this process already. */
    private final Set<String> said = new HashSet<>(Set.of("WARNING: Using incubator modules: jdk.incubator.vector"));

    private String lastLine = "";

    ChildRun(Console console) {
        this.console = console;
    }

    /**
     * What the command says meanwhile is passed on; its results are not, and what an earlier one has said of the machine or
     * the data is not said again.
     *
     * @param method that trains: lines of progress begin with it, of which a screen shows the last one only
     * @return the exit code
     */
    int run(List<String> arguments, String method) {
        List<String> command = new ArrayList<>(jvm());
        command.addAll(arguments);
        try {
            Process process = new ProcessBuilder(command)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            Thread stop = new Thread(() -> {
                process.destroy();
                process.onExit().join();
            });
            Runtime.getRuntime().addShutdownHook(stop);
            try (BufferedReader lines = process.errorReader(StandardCharsets.UTF_8)) {
                lines.lines().forEach(line -> pass(line, method));
                return process.waitFor();
            } finally {
                process.destroy();
                removeHook(stop);
            }
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while a run was under way", stopped);
        }
    }

    /** The last thing that a run said, which is why it failed if it did. */
    String lastLine() {
        return lastLine;
    }

    private void pass(String line, String method) {
        lastLine = line;
        if (console.terminal() && line.startsWith(method + ": step ")) {
            console.err().print(CLEAR_LINE + line);
            console.err().flush();
        } else if (line.startsWith(method + ": ") || said.add(line)) {
            console.say((console.terminal() ? CLEAR_LINE : "") + line);
        }
    }

    private static void removeHook(Thread stop) {
        try {
            Runtime.getRuntime().removeShutdownHook(stop);
        } catch (IllegalStateException shuttingDown) {
            Thread.yield(); // the hook is running and ends the run
        }
    }

    private static List<String> jvm() {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(argument -> OF_THIS_PROCESS_ONLY.stream().noneMatch(argument::startsWith))
                .forEach(command::add);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
        return command;
    }
}
