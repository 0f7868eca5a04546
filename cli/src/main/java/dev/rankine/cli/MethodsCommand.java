package dev.rankine.cli;

import dev.rankine.lora.Method;
import dev.rankine.lora.MethodSetting;
import dev.rankine.lora.Methods;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** The methods, or the settings of one. */
@Command(
        name = "methods",
        description = "Lists the ways to adapt a model; with a name, what can be set, its default and what it means.",
        mixinStandardHelpOptions = true)
final class MethodsCommand implements Runnable {
    @Parameters(arity = "0..1", paramLabel = "NAME", description = "A method, such as salora.")
    private @Nullable String name;

    private final Console console;

    MethodsCommand(Console console) {
        this.console = console;
    }

    @Override
    public void run() {
        if (name == null) {
            Methods.all().forEach(method -> print("%-13s%s", method.name(), method.title()));
        } else {
            String asked = name;
            explain(UsageException.whileChecking(() -> Methods.named(asked)));
        }
    }

    private void explain(Method method) {
        console.out().println(method.title());
        for (MethodSetting setting : method.explained()) {
            String choices = setting.choices().isEmpty() ? "" : ": " + String.join(", ", setting.choices());
            print("%-14s%-13s%s", setting.key(), setting.value(), setting.meaning() + choices);
        }
    }

    private void print(String format, Object... cells) {
        console.out().println(String.format(Locale.ROOT, format, cells));
    }
}
