package dev.rankine.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The measurements; its subcommands do them. */
@Command(
        name = "bench",
        description = "Measures what this machine does.",
        synopsisSubcommandLabel = "WHAT",
        mixinStandardHelpOptions = true)
final class BenchCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "which measurement?");
    }

    static void requireRounds(int rounds) {
        if (rounds < 1) {
            throw new UsageException("--rounds must be at least 1, got " + rounds);
        }
    }
}
