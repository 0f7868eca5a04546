package dev.rankine.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rankine.tensor.reference.ReferenceBackend;
import java.util.List;
import org.junit.jupiter.api.Test;

class BackendsTest {
    @Test
    void theReferenceIsAlwaysThereAndChosenLast() {
        List<Backends.Candidate> all = Backends.all();
        assertThat(all.getLast().name()).isEqualTo("reference");
        assertThat(all.getLast().probe()).isInstanceOf(Probe.Ready.class);
        assertThat(all)
                .isSortedAccordingTo(
                        (a, b) -> b.provider().priority() - a.provider().priority());
    }

    @Test
    void aNamedBackendIsTakenAndTheLineSaysOnWhatItRuns() {
        Backends.Choice choice = Backends.choose("reference", 4);
        assertThat(choice.backend()).isInstanceOf(ReferenceBackend.class);
        assertThat(choice.line()).startsWith("back-end reference (plain loops, 1 thread)");
    }

    @Test
    void withoutANameTheFirstThatIsReadyIsTaken() {
        Backends.Candidate preferred = Backends.all().stream()
                .filter(candidate -> candidate.probe() instanceof Probe.Ready)
                .findFirst()
                .orElseThrow();
        try (Backend chosen = Backends.choose(null, 1).backend()) {
            assertThat(chosen.name()).isEqualTo(preferred.name());
        }
    }

    @Test
    void wrongCallsAreExplained() {
        assertThatThrownBy(() -> Backends.choose("quantum", 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("there is no back-end 'quantum': choose one of ")
                .hasMessageContaining("reference");
        assertThatThrownBy(() -> Backends.choose("reference", 0)).hasMessage("threads must be at least 1, got 0");
    }
}
