package dev.rankine.cli;

import dev.rankine.lora.inspect.MachineMemory;
import dev.rankine.tensor.Backends;
import dev.rankine.tensor.Probe;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;

/** Every back-end: ready, or why not and what to do; and the memory that tensors may take. */
@Command(
        name = "devices",
        description = "Lists what can compute here, the preferred first; what cannot, why, and what to do about it.",
        mixinStandardHelpOptions = true)
final class DevicesCommand implements Runnable {
    private final Console console;

    DevicesCommand(Console console) {
        this.console = console;
    }

    @Override
    public void run() {
        List<Backends.Candidate> candidates = Backends.all();
        List<String> lines = new ArrayList<>();
        boolean first = true;
        for (Backends.Candidate candidate : candidates) {
            switch (candidate.probe()) {
                case Probe.Ready ready -> {
                    lines.add(line(candidate.name(), "ready", ready.description() + (first ? " (the default)" : "")));
                    first = false;
                }
                case Probe.Unavailable off -> lines.addAll(unavailable(candidate.name(), off.reason(), off.remedy()));
            }
        }
        lines.add(line("memory", "", MachineMemory.here().describe()));
        lines.forEach(console.out()::println);
    }

    private static List<String> unavailable(String name, String reason, String remedy) {
        return List.of(line(name, "off", reason), line("", "", "what to do: " + remedy));
    }

    private static String line(String name, String state, String text) {
        return String.format("%-18s %-6s %s", name, state, text).stripTrailing();
    }
}
