package dev.rankine.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rankine.tensor.Backends;
import dev.rankine.tensor.Probe;
import org.junit.jupiter.api.Test;

class DevicesCommandTest {
    @Test
    void namesEveryBackEndWithItsStateOrReasonAndRemedy() {
        Called called = Called.rankine("devices");
        assertThat(called.exitCode()).isZero();
        assertThat(called.err()).isEmpty();
        for (Backends.Candidate candidate : Backends.all()) {
            switch (candidate.probe()) {
                case Probe.Ready ready ->
                    assertThat(called.out())
                            .containsPattern(candidate.name() + " +ready +")
                            .contains(ready.description());
                case Probe.Unavailable off ->
                    assertThat(called.out())
                            .containsPattern(candidate.name() + " +off +")
                            .contains(off.reason(), off.remedy());
            }
        }
        assertThat(called.out())
                .containsPattern("reference +ready")
                .contains("tornado")
                .containsPattern("memory .* for tensors .* for weights kept packed")
                .containsOnlyOnce("(the default)");
    }
}
