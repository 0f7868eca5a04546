package dev.rankine.tensor.vector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The kernels at the widths that this machine can be told to have: other tiles, other transposes, other trees. */
class VectorWidthTest {
    @ParameterizedTest
    @CsvSource({"4, 16", "8, 32"})
    void everythingHoldsAtOtherWidths(int lanes, int bytes) throws IOException, InterruptedException {
        assumeTrue(lanes <= Lanes.COUNT, "this machine's vectors have " + Lanes.COUNT + " lanes");
        String output = ChildTests.run(
                List.of("-XX:MaxVectorSize=" + bytes, "-XX:+IgnoreUnrecognizedVMOptions", "-XX:UseAVX=2"),
                List.of(
                        GemmPropertyTest.class,
                        NarrowWeightPropertyTest.class,
                        PackedWeightsPropertyTest.class,
                        VectorMathTest.class,
                        KernelBordersTest.class));
        assertThat(output).contains("lanes " + lanes).endsWith("exit 0").doesNotContain("passed 0");
    }
}
