package dev.rankine.tornado;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rankine.tensor.Backends;
import java.util.LinkedHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.exceptions.TornadoBailoutRuntimeException;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** What cannot be compiled for the device must not run as slow Java instead. */
@EnabledIfSystemProperty(named = "rankine.devices", matches = "true")
class NoSilentFallbackTest {
    /** No device has Java's clock. */
    static void impossible(
            KernelContext c, FloatArray heap, IntArray ints, IntArray program, FloatArray numbers, IntArray slots) {
        heap.set(0, (float) System.nanoTime());
    }

    @Test
    void aKernelThatCannotBeCompiledFails() {
        assertThat(Backends.all()).anyMatch(candidate -> candidate.name().startsWith("tornado:"));
        assertThat(System.getProperty("tornado.recover.bailout")).isEqualToIgnoringCase("false");
        try (Shadow shadow = new Shadow()) {
            DeviceArrays arrays = DeviceArrays.of(shadow, 1024, 1024, 2);
            arrays.heap().set(0, 7);
            LinkedHashMap<String, Plan.Body> bodies = new LinkedHashMap<>();
            Kernel.Code code = NoSilentFallbackTest::impossible;
            bodies.put(
                    "impossible",
                    (graph, task) -> graph.task(
                            task,
                            code,
                            new KernelContext(),
                            arrays.heap(),
                            arrays.ints(),
                            arrays.program(),
                            arrays.numbers(),
                            arrays.slots()));
            assertThatThrownBy(() -> new Plan(arrays, Device.all().getFirst().handle(), bodies).run("impossible", 1))
                    .isInstanceOf(TornadoBailoutRuntimeException.class)
                    .hasMessageContaining("impossible");
            assertThat(arrays.heap().get(0)).as("it did not run on the host").isEqualTo(7);
        }
    }
}
