package dev.rankine.transformer.train;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * A line of {@code metrics.jsonl}: what was seen after a number of steps. A log line has {@link #LOSS} and {@link
 * #REGULARIZER} (means over the steps since the one before), {@link #RATE}, {@link #PARAMETERS} and what the controller
 * reports, such as {@code density}; the line of an evaluation has its metrics; both have {@link #EPOCH} and {@link #SECONDS}.
 *
 * @param step how many steps were made
 * @param numbers by name, all finite
 */
public record MetricsEntry(long step, Map<String, Double> numbers) {
    public static final String STEP = "step";
    /** How many epochs the steps are. */
    public static final String EPOCH = "epoch";
    /** Seconds of training so far, without evaluation. */
    public static final String SECONDS = "seconds";
    /** Mean task loss. */
    public static final String LOSS = "loss";
    /** Steps left out since the last line, see {@link OnNan#SKIP}. */
    public static final String SKIPPED = "skipped";

    /** Mean of what the controller added to the loss; 0 if nothing. */
    public static final String REGULARIZER = "regularizer";
    /** Learning rate of the last step. */
    public static final String RATE = "rate";
    /** How many numbers are trained now; fewer once pruned triplets have left. */
    public static final String PARAMETERS = "trained_parameters";

    public MetricsEntry {
        if (numbers.containsKey(STEP)) {
            throw new IllegalArgumentException("a log line has a step of its own: name the number otherwise");
        }
        numbers = Finite.require(numbers);
    }

    /** The same with more numbers; none may be there already. */
    MetricsEntry with(Map<String, Double> more) {
        Map<String, Double> all = new LinkedHashMap<>(numbers);
        more.forEach((name, value) -> {
            if (all.put(name, value) != null) {
                throw new IllegalArgumentException(
                        "the log line has a '" + name + "' already: name the number otherwise");
            }
        });
        return new MetricsEntry(step, all);
    }

    /** A number of this line, if it has it. */
    public OptionalDouble number(String name) {
        Double value = numbers.get(name);
        return value == null ? OptionalDouble.empty() : OptionalDouble.of(value);
    }
}
