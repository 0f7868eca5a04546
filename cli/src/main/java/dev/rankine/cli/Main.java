package dev.rankine.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command {@code rankine}: exit code 0 done, 1 the work failed, 2 the call was wrong. */
@Command(
        name = "rankine",
        description = "Fine-tunes transformers on the JVM and learns the rank of each update.",
        mixinStandardHelpOptions = true,
        version = "rankine 0.1.0")
public final class Main {
    private Main() {}

    public static void main(String[] arguments) {
        System.exit(run(arguments));
    }

    /** Runs the command and returns its exit code. */
    public static int run(String... arguments) {
        var line = new CommandLine(new Main());
        if (arguments.length == 0) {
            line.usage(System.err);
            return CommandLine.ExitCode.USAGE;
        }
        return line.execute(arguments);
    }
}
