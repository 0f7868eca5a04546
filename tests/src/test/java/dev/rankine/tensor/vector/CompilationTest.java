package dev.rankine.tensor.vector;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * A kernel that a compiler refuses, because it is too large, may stay interpreted for good: then everything is right and
 * a hundred times slower. Which tier is asked first depends on how busy the machine is, so all must accept.
 */
class CompilationTest {
    @Test
    void noCompilerRefusesAKernel() throws IOException, InterruptedException {
        String output = ChildTests.run(List.of("-XX:+PrintCompilation"), List.of(WarmKernels.class));
        assertThat(output)
                .endsWith("exit 0")
                .contains("QuadTiles::rows6", "QuadRowTiles::turned6", "DotTiles::dots16", "passed 1");
        assertThat(output.lines()
                        .filter(line -> line.contains("dev.rankine"))
                        .filter(line -> line.contains("COMPILE SKIPPED") && !line.contains("concurrent class loading")))
                .isEmpty();
    }
}
