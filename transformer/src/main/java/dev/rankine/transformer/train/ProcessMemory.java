package dev.rankine.transformer.train;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** How much memory this process has taken. */
public final class ProcessMemory {
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final String PEAK = "VmHWM:";
    private static final double KIB_PER_MIB = 1024;

    private ProcessMemory() {}

    /** The largest resident set of this process so far in MiB, as Linux counts it; null on other systems. */
    public static @Nullable Double peakResidentMib() {
        try {
            return Files.readString(STATUS)
                    .lines()
                    .filter(line -> line.startsWith(PEAK))
                    .map(line -> Double.parseDouble(line.replaceAll("\\D", "")) / KIB_PER_MIB)
                    .findFirst()
                    .orElse(null);
        } catch (IOException otherSystem) {
            return null;
        }
    }
}
