package dev.rankine.tornado;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import uk.ac.manchester.tornado.api.runtime.TornadoAPIProvider;

@EnabledIfSystemProperty(named = "rankine.devices", matches = "true")
class UnawaitedGraphTest {
    /** Its own waits, and so would a copy of ours that it made. */
    @Test
    void tornadoRunsGraphsThatDoNotWait() {
        var graph = TornadoAPIProvider.loadScheduleRuntime("graph");
        assertThat(graph).isInstanceOf(UnawaitedGraph.class);
        assertThat(graph.createImmutableTaskGraph()).isSameAs(graph);
    }
}
