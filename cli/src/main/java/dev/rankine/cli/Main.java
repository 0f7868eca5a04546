package dev.rankine.cli;

import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * The command {@code rankine}: exit code 0 done, 1 the work failed, 2 the call was wrong, 130 stopped by Ctrl-C, 143 stopped by
 * SIGTERM.
 */
@Command(
        name = "rankine",
        description = "Fine-tunes transformers on the JVM and learns the rank of each update.",
        synopsisSubcommandLabel = "COMMAND",
        mixinStandardHelpOptions = true,
        version = "rankine 0.1.0")
public final class Main implements Runnable {
    static final int DONE = 0;
    private static final int FAILED = 1;
    private static final int WRONG_CALL = 2;

    @Option(
            names = "--verbose",
            scope = ScopeType.INHERIT,
            description = "Show the stack trace of an error (also by RANKINE_DEBUG=1).")
    private boolean verbose = System.getenv("RANKINE_DEBUG") != null;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    private final Console console;

    private Main(Console console) {
        this.console = console;
    }

    public static void main(String[] arguments) {
        HeadStart.of(arguments);
        System.exit(run(Console.ofProcess(), arguments));
    }

    /** Runs the command and returns its exit code. */
    public static int run(Console console, String... arguments) {
        Main main = new Main(console);
        var line = new CommandLine(main);
        // first the commands, since what is set for a command line is set for those that it has
        Commands.add(line, console, arguments);
        line.setCaseInsensitiveEnumValuesAllowed(true)
                .setOut(new PrintWriter(console.out(), true, StandardCharsets.UTF_8))
                .setErr(new PrintWriter(console.err(), true, StandardCharsets.UTF_8))
                .setParameterExceptionHandler((wrong, given) -> main.refuse(wrong))
                .setExecutionExceptionHandler((failure, command, parsed) -> main.fail(failure));
        try {
            return line.execute(Recipes.expand(arguments));
        } catch (UsageException unknownRecipe) {
            return main.fail(unknownRecipe);
        } catch (OutOfMemoryError exhausted) {
            return main.fail(exhausted);
        }
    }

    /** Without a command. */
    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "which command?");
    }

    private int refuse(ParameterException wrong) {
        CommandLine command = wrong.getCommandLine();
        String name = command.getCommandSpec().qualifiedName();
        console.err().println(name + ": " + wrong.getMessage());
        if (wrong instanceof UnmatchedArgumentException unmatched && suggests(unmatched)) {
            UnmatchedArgumentException.printSuggestions(unmatched, command.getErr());
        }
        console.err().println(whatThereIs(command));
        console.err().println("'" + name + " --help' tells more.");
        return WRONG_CALL;
    }

    private static boolean suggests(UnmatchedArgumentException unmatched) {
        return !unmatched.getSuggestions().isEmpty();
    }

    private static String whatThereIs(CommandLine command) {
        if (!command.getSubcommands().isEmpty()) {
            return "commands: " + String.join(", ", command.getSubcommands().keySet());
        }
        return command.getCommandSpec().options().stream()
                .filter(option -> !option.hidden())
                .map(CommandLine.Model.OptionSpec::longestName)
                .sorted()
                .collect(Collectors.joining(", ", "options: ", ""));
    }

    private int fail(Throwable failure) {
        if (verbose) {
            failure.printStackTrace(console.err());
        }
        console.err().println("rankine: " + explain(failure));
        return failure instanceof UsageException ? WRONG_CALL : FAILED;
    }

    /** The message; an exception without one, or whose message is a mere name, is told with its kind. */
    private static String explain(Throwable failure) {
        if (failure instanceof UncheckedIOException && failure.getCause() instanceof FileSystemException file) {
            return file.getReason() == null ? file.toString() : String.valueOf(file.getMessage());
        }
        String message = failure.getMessage();
        boolean speaks = failure instanceof IllegalArgumentException
                || failure instanceof IllegalStateException
                || failure instanceof OutOfMemoryError
                || failure.getClass().getName().startsWith("dev.rankine.");
        return message != null && speaks
                ? message
                : failure.getClass().getSimpleName() + (message == null ? "" : ": " + message);
    }
}
