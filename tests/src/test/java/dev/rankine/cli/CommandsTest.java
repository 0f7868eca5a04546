package dev.rankine.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Command;

class CommandsTest {
    @Command(name = "root")
    private static final class Root {}

    @Test
    void commandsHaveTheNamesThatTheyAreCalledBy() {
        CommandLine all = line();
        assertThat(all.getSubcommands().keySet()).containsExactlyElementsOf(Commands.NAMES);
        List<CommandLine> commands = new ArrayList<>(all.getSubcommands().values());
        CommandLine bench = all.getSubcommands().get("bench");
        assertThat(bench.getSubcommands().keySet()).containsExactlyElementsOf(Commands.MEASUREMENTS);
        commands.addAll(bench.getSubcommands().values());
        for (CommandLine command : commands) {
            Command declared = command.getCommand().getClass().getAnnotation(Command.class);
            assertThat(command.getCommandName()).isEqualTo(declared.name());
        }
    }

    @Test
    void ofANamedCommandNoOthersAreRead() {
        assertThat(line("methods", "salora").getSubcommands()).containsOnlyKeys("methods");
        assertThat(line("bench", "ops", "--help").getSubcommands().get("bench").getSubcommands())
                .containsOnlyKeys("ops");
    }

    @Test
    void aMeasurementThatIsNotThereIsWrongAndListsThoseThatAre() {
        Called called = Called.rankine("bench", "gem");
        assertThat(called.exitCode()).isEqualTo(2);
        assertThat(called.err()).contains("'gem'").contains("commands: gemm, ops, step");
    }

    private static CommandLine line(String... arguments) {
        CommandLine line = new CommandLine(new Root());
        Commands.add(line, Console.ofProcess(), arguments);
        return line;
    }
}
