package dev.rankine;

import net.jqwik.api.statistics.Statistics;
import net.jqwik.api.statistics.StatisticsCollector;

/** Counts how often a generator reaches its corner cases; a property in which one of them has become rare fails. */
public final class Corners {
    private Corners() {}

    /**
     * Tells of one try whether it is a case of this kind.
     *
     * @param percent of the tries at least, far enough below what is expected that chance does not fail the property
     */
    public static void atLeast(double percent, String corner, boolean reached) {
        StatisticsCollector tries = Statistics.label(corner);
        tries.collect(reached);
        tries.coverage(coverage -> coverage.check(true).percentage(share -> share >= percent));
    }
}
