package dev.rankine.cli;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.AlphaChars;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;

class MainTest {
    @Test
    void answersVersionAndHelp() {
        assertThat(Called.rankine("--version").out()).startsWith("rankine 0.1.0");
        assertThat(Called.rankine("--version").exitCode()).isZero();
        assertThat(Called.rankine("--help").out()).contains("COMMAND", "devices");
        assertThat(Called.rankine("--help").exitCode()).isZero();
    }

    @Test
    void aCallWithoutACommandIsWrongAndListsTheCommands() {
        Called called = Called.rankine();
        assertThat(called.exitCode()).isEqualTo(2);
        assertThat(called.out()).isEmpty();
        assertThat(called.err())
                .contains("which command?")
                .contains("commands: ")
                .contains("devices");
    }

    @Test
    void anUnknownCommandIsWrongAndNamesTheNearest() {
        Called called = Called.rankine("device");
        assertThat(called.exitCode()).isEqualTo(2);
        assertThat(called.err()).contains("'device'").contains("devices");
    }

    @Property(tries = 20)
    void anUnknownOptionIsWrongAndListsTheOptions(@ForAll @AlphaChars @StringLength(min = 8, max = 20) String name) {
        Called called = Called.rankine("devices", "--" + name);
        assertThat(called.exitCode()).isEqualTo(2);
        assertThat(called.err())
                .contains("--" + name)
                .contains("options: --help, --verbose, --version")
                .doesNotContain("\tat ");
        assertThat(called.err().lines().count()).isLessThan(20);
    }
}
