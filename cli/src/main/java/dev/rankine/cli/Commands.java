package dev.rankine.cli;

import java.util.List;
import picocli.CommandLine;

/**
 * What there is to call. Reading the options of all commands takes a fifth of a second, so of a call that begins with a
 * command's name no others are read.
 */
final class Commands {
    static final List<String> NAMES = List.of(
            "demo", "finetune", "compare", "predict", "evaluate", "merge", "inspect", "methods", "devices", "bench");
    static final List<String> MEASUREMENTS = List.of("gemm", "ops", "step");

    private Commands() {}

    /** Gives a command line the commands that a call may mean. */
    static void add(CommandLine line, Console console, String... arguments) {
        for (String name : meant(NAMES, arguments, 0)) {
            CommandLine command = new CommandLine(command(name, console));
            if (name.equals("bench")) {
                meant(MEASUREMENTS, arguments, 1)
                        .forEach(what -> command.addSubcommand(what, measurement(what, console)));
            }
            line.addSubcommand(name, command);
        }
    }

    private static List<String> meant(List<String> names, String[] arguments, int place) {
        if (place >= arguments.length || !names.contains(arguments[place])) {
            return names;
        }
        // a comparison calls finetune
        return arguments[place].equals("compare") ? List.of("compare", "finetune") : List.of(arguments[place]);
    }

    private static Object command(String name, Console console) {
        return switch (name) {
            case "demo" -> new DemoCommand(console);
            case "finetune" -> new FinetuneCommand(console);
            case "compare" -> new CompareCommand(console);
            case "predict" -> new PredictCommand(console);
            case "evaluate" -> new EvaluateCommand(console);
            case "merge" -> new MergeCommand(console);
            case "inspect" -> new InspectCommand(console);
            case "methods" -> new MethodsCommand(console);
            case "devices" -> new DevicesCommand(console);
            case "bench" -> new BenchCommand();
            default -> throw new IllegalArgumentException("there is no command '" + name + "'");
        };
    }

    private static Object measurement(String name, Console console) {
        return switch (name) {
            case "gemm" -> new BenchGemmCommand(console);
            case "ops" -> new BenchOpsCommand(console);
            case "step" -> new BenchStepCommand(console);
            default -> throw new IllegalArgumentException("there is no measurement '" + name + "'");
        };
    }
}
