package dev.rankine.lora.report;

import dev.rankine.transformer.train.MetricsEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/**
 * What a step of a run costs before anything was pruned and after the last pruning: the medians over the stretches
 * between two lines of the log, so that neither the JIT's warm-up nor a pause counts.
 *
 * @param msBefore milliseconds; none if the log has no such stretch
 * @param msAfter likewise; none also if nothing was pruned before the end
 */
public record Pace(OptionalDouble msBefore, OptionalDouble msAfter) {
    /** The stretch of a log that ends at a step. */
    record Stretch(long parametersAtStart, long parametersAtEnd, Point milliseconds) {}

    public static Pace of(List<MetricsEntry> log) {
        List<Stretch> stretches = stretches(log);
        if (stretches.isEmpty()) {
            return new Pace(OptionalDouble.empty(), OptionalDouble.empty());
        }
        long first = stretches.getFirst().parametersAtStart();
        long last = stretches.getLast().parametersAtEnd();
        return new Pace(
                median(stretches.stream().filter(stretch -> stretch.parametersAtEnd() == first)),
                last == first
                        ? OptionalDouble.empty()
                        : median(stretches.stream().filter(stretch -> stretch.parametersAtStart() == last)));
    }

    /** Milliseconds per step over the steps of a run, but for its first tenth, in which the JIT warms up. */
    static List<Point> curve(List<MetricsEntry> log) {
        List<Point> all = stretches(log).stream().map(Stretch::milliseconds).toList();
        return all.stream().filter(point -> point.x() > all.getLast().x() / 10).toList();
    }

    private static List<Stretch> stretches(List<MetricsEntry> log) {
        List<Stretch> stretches = new ArrayList<>();
        MetricsEntry before = null;
        for (MetricsEntry entry : log) {
            if (entry.number(MetricsEntry.PARAMETERS).isEmpty()) {
                continue;
            }
            if (before != null) {
                double seconds = number(entry, MetricsEntry.SECONDS) - number(before, MetricsEntry.SECONDS);
                stretches.add(new Stretch(
                        (long) number(before, MetricsEntry.PARAMETERS),
                        (long) number(entry, MetricsEntry.PARAMETERS),
                        new Point(entry.step(), 1000 * seconds / (entry.step() - before.step()))));
            }
            before = entry;
        }
        return stretches;
    }

    private static double number(MetricsEntry entry, String name) {
        return entry.number(name).orElseThrow();
    }

    private static OptionalDouble median(java.util.stream.Stream<Stretch> stretches) {
        double[] sorted = stretches
                .mapToDouble(stretch -> stretch.milliseconds().y())
                .sorted()
                .toArray();
        int n = sorted.length;
        return n == 0 ? OptionalDouble.empty() : OptionalDouble.of((sorted[(n - 1) / 2] + sorted[n / 2]) / 2);
    }
}
