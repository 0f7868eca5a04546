package dev.rankine.lora.report;

import dev.rankine.transformer.train.MetricsEntry;
import dev.rankine.transformer.train.Outcome;
import dev.rankine.transformer.train.RetainedRanks;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A method of a comparison, with its settings: a finished run for every seed.
 *
 * @param label that no other candidate has, such as {@code salora-rank4}
 * @param family the same for all places of a sweep, such as {@code salora}
 * @param name what tables and legends say, such as {@code lora, rank 4}
 * @param reference whether the others are measured by it
 * @param at the swept setting's value; null without a sweep, and for methods that do not have the setting
 * @param runs in the order of the seeds, at least one
 * @param outcomes of every run, of the same examples in the same order
 */
public record Candidate(
        String label,
        String family,
        String name,
        boolean reference,
        @Nullable Double at,
        List<RunRecord> runs,
        List<List<Outcome>> outcomes) {
    private static final Set<String> OF_EVERY_LOG = Set.of(
            MetricsEntry.EPOCH,
            MetricsEntry.SECONDS,
            MetricsEntry.LOSS,
            MetricsEntry.REGULARIZER,
            MetricsEntry.RATE,
            MetricsEntry.PARAMETERS);

    public Candidate {
        runs = List.copyOf(runs);
        outcomes = List.copyOf(outcomes);
        if (runs.isEmpty() || runs.size() != outcomes.size()) {
            throw new IllegalArgumentException(label + ": a candidate needs a run and its outcomes for every seed, got "
                    + runs.size() + " and " + outcomes.size());
        }
    }

    /** The metrics that every run has, by name. */
    public Set<String> metrics() {
        return runs.getFirst().after().keySet();
    }

    /** A metric after training. */
    public MeanDeviation metric(String metric) {
        return over(run -> required(run.after().get(metric), metric));
    }

    /** The same before the first step; none if it was not measured. */
    OptionalDouble before(String metric) {
        return mean(run -> run.summary().training().before().get(metric));
    }

    /** Whether the metric is made of parts of examples, so that they can be drawn again. */
    boolean isMadeOfParts(String metric) {
        return outcomes.getFirst().getFirst().parts().containsKey(metric);
    }

    Measured measured(String metric) {
        return Measured.of(metric, outcomes);
    }

    /** A number of every run. */
    public MeanDeviation over(ToDoubleFunction<RunRecord> number) {
        return MeanDeviation.of(runs.stream().mapToDouble(number).toArray());
    }

    /** What every run kept. */
    public MeanDeviation kept(ToDoubleFunction<RetainedRanks> number) {
        return over(run -> number.applyAsDouble(run.summary().ranks()));
    }

    /** Kept triplets; none if nothing is made of triplets. */
    public OptionalDouble keptTriplets() {
        return runs.getFirst().summary().ranks().retainedRank().isEmpty()
                ? OptionalDouble.empty()
                : OptionalDouble.of(kept(ranks -> ranks.retainedRank().values().stream()
                                .mapToInt(rank -> rank)
                                .sum())
                        .mean());
    }

    /** Whether any run ended with fewer triplets than it began with. */
    public boolean isPruned() {
        return kept(RetainedRanks::density).mean() < 1;
    }

    /** Module to mean kept rank, in the model's order. */
    Map<String, Double> meanRanks() {
        Map<String, Double> means = new LinkedHashMap<>();
        for (RunRecord run : runs) {
            run.summary()
                    .ranks()
                    .retainedRank()
                    .forEach((module, rank) -> means.merge(module, (double) rank / runs.size(), Double::sum));
        }
        return means;
    }

    /** Milliseconds of a step before anything was pruned: the mean of the runs' medians. */
    public OptionalDouble msBefore() {
        return mean(run -> orNull(Pace.of(run.metrics()).msBefore()));
    }

    /** The same after the last pruning. */
    public OptionalDouble msAfter() {
        return mean(run -> orNull(Pace.of(run.metrics()).msAfter()));
    }

    /** The largest resident memory of any run in MiB; none where the system does not tell. */
    public OptionalDouble peakMib() {
        return runs.stream()
                .map(run -> run.summary().peakRssMib())
                .filter(peak -> peak != null)
                .mapToDouble(peak -> peak)
                .max();
    }

    /** What the method itself logged last, such as {@code orthogonality}, by name. */
    Map<String, MeanDeviation> reportedAtEnd() {
        Set<String> metrics = metrics();
        return runs.getFirst().metrics().stream()
                .flatMap(entry -> entry.numbers().keySet().stream())
                .distinct()
                .filter(key -> !OF_EVERY_LOG.contains(key) && !metrics.contains(key))
                .filter(key -> runs.stream().noneMatch(run -> run.curve(key).isEmpty()))
                .collect(Collectors.toMap(
                        Function.identity(),
                        key -> over(run -> run.curve(key).getLast().y()),
                        (one, other) -> one,
                        LinkedHashMap::new));
    }

    /** The mean over the runs; none if one of them does not have the number. */
    private OptionalDouble mean(Function<RunRecord, @Nullable Double> number) {
        double sum = 0;
        for (RunRecord run : runs) {
            Double value = number.apply(run);
            if (value == null) {
                return OptionalDouble.empty();
            }
            sum += value;
        }
        return OptionalDouble.of(sum / runs.size());
    }

    private static @Nullable Double orNull(OptionalDouble number) {
        return number.isPresent() ? number.getAsDouble() : null;
    }

    private double required(@Nullable Double value, String metric) {
        if (value == null) {
            throw new IllegalArgumentException(label + ": a run has no metric '" + metric + "'");
        }
        return value;
    }
}
