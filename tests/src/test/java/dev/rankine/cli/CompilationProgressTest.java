package dev.rankine.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rankine.tensor.Compilation;
import org.junit.jupiter.api.Test;

class CompilationProgressTest {
    @Test
    void aLineSaysHowManyKernelsAndHowLong() {
        assertThat(CompilationProgress.line(new Compilation(1, 0.26)))
                .isEqualTo("compiled 1 kernel for the device in 0.3 s");
        assertThat(CompilationProgress.line(new Compilation(25, 36.0)))
                .isEqualTo("compiled 25 kernels for the device in 36.0 s");
    }
}
