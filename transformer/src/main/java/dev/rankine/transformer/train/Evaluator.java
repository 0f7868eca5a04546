package dev.rankine.transformer.train;

import java.util.Map;

/** Measures the model as it is now. */
@FunctionalInterface
public interface Evaluator {
    /** Metric to value, such as {@code exact} and {@code error_rate}. */
    Map<String, Double> evaluate();
}
