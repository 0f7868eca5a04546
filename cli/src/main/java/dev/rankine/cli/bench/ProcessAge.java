package dev.rankine.cli.bench;

import java.lang.management.ManagementFactory;

/** How long this process has run. */
public final class ProcessAge {
    private ProcessAge() {}

    public static double seconds() {
        return (System.currentTimeMillis()
                        - ManagementFactory.getRuntimeMXBean().getStartTime())
                / 1e3;
    }
}
