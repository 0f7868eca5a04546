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
        assertThat(Main.run("--version")).isZero();
        assertThat(Main.run("--help")).isZero();
    }

    @Test
    void aCallWithoutACommandIsWrong() {
        assertThat(Main.run()).isEqualTo(2);
    }

    @Property(tries = 20)
    void anUnknownOptionIsWrong(@ForAll @AlphaChars @StringLength(min = 8, max = 20) String name) {
        assertThat(Main.run("--" + name)).isEqualTo(2);
    }
}
