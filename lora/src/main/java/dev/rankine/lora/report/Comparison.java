package dev.rankine.lora.report;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Methods side by side, at one budget or along a sweep.
 *
 * @param title of the report
 * @param seeds of the runs, the same for every method
 * @param sweep null if nothing was swept
 * @param rounds what is compared with each other: one round, or one for every value of the sweep
 */
public record Comparison(
        String title, List<Long> seeds, @Nullable Sweep sweep, List<Round> rounds) {
    /** @param setting such as {@code rank} */
    public record Sweep(String setting, List<Double> values) {}

    /**
     * Methods at one budget.
     *
     * @param at the sweep's value; null without a sweep
     * @param candidates in the order in which to show them
     * @param contrasts every other candidate against every reference
     */
    public record Round(@Nullable Double at, List<Candidate> candidates, List<Contrast> contrasts) {}

    /**
     * A method against another in a metric.
     *
     * @param candidate minus
     * @param reference this one
     */
    public record Contrast(
            String metric, Candidate candidate, Candidate reference, PairedBootstrap.Difference difference) {}

    /**
     * Compares. Where no candidate is a reference, the first one is.
     *
     * @throws IllegalArgumentException if runs were not measured on the same examples
     */
    public static Comparison of(
            String title,
            List<Long> seeds,
            @Nullable Sweep sweep,
            List<Candidate> candidates,
            PairedBootstrap bootstrap) {
        requireSameExamples(candidates);
        Replicates replicates = new Replicates(bootstrap, new HashMap<>());
        List<Round> rounds = new ArrayList<>();
        if (sweep == null) {
            rounds.add(round(null, candidates, replicates));
        } else {
            for (double at : sweep.values()) {
                List<Candidate> here = candidates.stream()
                        .filter(candidate -> candidate.at() == null || candidate.at() == at)
                        .toList();
                rounds.add(round(at, here, replicates));
            }
        }
        return new Comparison(title, List.copyOf(seeds), sweep, rounds);
    }

    private static Round round(@Nullable Double at, List<Candidate> candidates, Replicates replicates) {
        List<Candidate> references =
                candidates.stream().filter(Candidate::reference).toList();
        if (references.isEmpty()) {
            references = candidates.subList(0, 1);
        }
        List<Contrast> contrasts = new ArrayList<>();
        for (String metric : metrics(candidates)) {
            for (Candidate reference : references) {
                for (Candidate candidate : candidates) {
                    if (!candidate.label().equals(reference.label()) && candidate.isMadeOfParts(metric)) {
                        contrasts.add(new Contrast(
                                metric, candidate, reference, replicates.difference(metric, candidate, reference)));
                    }
                }
            }
        }
        return new Round(at, List.copyOf(candidates), contrasts);
    }

    /** The bootstrap's draws are the same for all, so each candidate goes through them once. */
    private record Replicates(PairedBootstrap bootstrap, Map<String, double[]> known) {
        PairedBootstrap.Difference difference(String metric, Candidate a, Candidate b) {
            return bootstrap.difference(
                    a.measured(metric).value() - b.measured(metric).value(), of(metric, a), of(metric, b));
        }

        private double[] of(String metric, Candidate candidate) {
            return known.computeIfAbsent(
                    metric + " of " + candidate.label(), key -> bootstrap.replicates(candidate.measured(metric)));
        }
    }

    private static void requireSameExamples(List<Candidate> candidates) {
        List<String> expected = examples(candidates.getFirst(), 0);
        for (Candidate candidate : candidates) {
            for (int run = 0; run < candidate.runs().size(); run++) {
                if (!examples(candidate, run).equals(expected)) {
                    throw new IllegalArgumentException(candidate.label() + ", run number " + run
                            + ": its predictions are of other examples than those of "
                            + candidates.getFirst().label());
                }
            }
        }
    }

    private static List<String> examples(Candidate candidate, int run) {
        return candidate.outcomes().get(run).stream()
                .map(outcome -> outcome.source() + "\t" + outcome.reference())
                .toList();
    }

    private static Set<String> metrics(List<Candidate> candidates) {
        Set<String> metrics = new LinkedHashSet<>();
        candidates.forEach(candidate -> metrics.addAll(candidate.metrics()));
        return metrics;
    }

    /** Every candidate once. */
    public List<Candidate> candidates() {
        Set<Candidate> all = new LinkedHashSet<>();
        rounds.forEach(round -> all.addAll(round.candidates()));
        return List.copyOf(all);
    }

    public Set<String> metrics() {
        return metrics(candidates());
    }
}
