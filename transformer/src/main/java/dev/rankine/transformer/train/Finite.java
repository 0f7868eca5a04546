package dev.rankine.transformer.train;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** Numbers that go into a file: JSON has no word for those that are not finite, and they are never carried on. */
final class Finite {
    private Finite() {}

    static double require(String name, double value) {
        if (!Double.isFinite(value)) {
            throw new IllegalArgumentException(name + " is " + value + ", which cannot be written to a log");
        }
        return value;
    }

    /** An unmodifiable copy in the same order. */
    static Map<String, Double> require(Map<String, Double> values) {
        values.forEach(Finite::require);
        return Collections.unmodifiableMap(new LinkedHashMap<>(values));
    }
}
