package dev.rankine.transformer.train;

import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What a model did with one example.
 *
 * @param source what it read
 * @param reference what it should have written
 * @param prediction what it wrote
 * @param parts the example's part of every metric, by name
 */
public record Outcome(String source, String reference, String prediction, Map<String, Part> parts) {
    public Outcome {
        parts = Collections.unmodifiableMap(new LinkedHashMap<>(parts));
    }

    /**
     * An example's part of a metric. Over many examples the metric is the sum of the amounts over the sum of the sizes.
     *
     * @param amount what counts, such as 1 for an exact match, or an edit distance
     * @param size what it is counted of, such as 1 example, or the reference's length
     */
    public record Part(double amount, double size) {
        public Part {
            Finite.require("amount", amount);
            if (!(size >= 0 && Double.isFinite(size))) {
                throw new IllegalArgumentException("the size of a part must be at least 0 and finite, got " + size);
            }
        }

        /** A part of a metric that is a mean over examples. */
        static Part ofExample(double amount) {
            return new Part(amount, 1);
        }
    }

    /**
     * The metrics of a data set from those of its examples.
     *
     * @param examples every one with the same metrics; at least one
     * @throws IllegalArgumentException if the sizes of a metric's parts add up to 0
     */
    public static Map<String, Double> metrics(Collection<Map<String, Part>> examples) {
        Map<String, Double> metrics = new LinkedHashMap<>();
        for (String metric : examples.iterator().next().keySet()) {
            List<Part> parts = examples.stream()
                    .map(example -> Objects.requireNonNull(example.get(metric), metric))
                    .toList();
            double amount = parts.stream().mapToDouble(Part::amount).sum();
            double size = parts.stream().mapToDouble(Part::size).sum();
            if (size == 0) {
                throw new IllegalArgumentException(
                        "evaluation: " + metric + " has no meaning, all " + parts.size() + " references are empty");
            }
            metrics.put(metric, amount / size);
        }
        return metrics;
    }
}
