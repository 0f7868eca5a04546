package dev.rankine.transformer.train;

import java.util.List;

/** An evaluator that remembers what the model did with every example. */
public interface Measure extends Evaluator {
    /**
     * What the last evaluation saw, in the order of the data.
     *
     * @throws IllegalStateException if there was none
     */
    List<Outcome> outcomes();
}
