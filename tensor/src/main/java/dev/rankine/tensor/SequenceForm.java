package dev.rankine.tensor;

import dev.rankine.tensor.Backend.Dropout;
import org.jspecify.annotations.Nullable;

/**
 * How {@link Backend#sequenceAttention} attends: of each sequence, the queries see its own keys and no others.
 *
 * @param queries of N rows
 * @param keys of M rows, as many sequences
 * @param heads H, which lie side by side in a row
 * @param scale of the scores
 * @param mask [T, S], 1 to see and 0 to hide, for the longest sequences or longer ones: a shorter one has its upper left
 *     corner; null sees all
 * @param dropout of the probabilities, an example being a sequence of its own length; null for nothing
 */
public record SequenceForm(
        Sequences queries,
        Sequences keys,
        int heads,
        double scale,
        @Nullable Tensor mask,
        @Nullable Dropout dropout) {
    public SequenceForm {
        if (heads < 1 || queries.count() != keys.count()) {
            throw new IllegalArgumentException(
                    "attention needs at least 1 head and keys for each sequence of queries, got " + heads + " heads, "
                            + queries.count() + " sequences of queries and " + keys.count() + " of keys");
        }
        if (mask != null
                && (mask.shape().rank() != 2
                        || mask.shape().dim(0) < queries.longest()
                        || mask.shape().dim(1) < keys.longest())) {
            throw ShapeMismatch.in(
                    "attention",
                    "the mask must reach over " + queries.longest() + " queries and " + keys.longest() + " keys",
                    mask.shape());
        }
        if (dropout != null) {
            dropout.draw().requireWhole("attention", queries.count());
        }
    }

    /**
     * Checks operands.
     *
     * @param q [N, H D]
     * @param k [M, H D]
     * @param v [M, H E]
     * @throws ShapeMismatch naming {@code operation} if one has another shape
     */
    public void require(String operation, Shape q, Shape k, Shape v) {
        if (q.rank() != 2 || v.rank() != 2 || q.dim(1) % heads != 0 || v.dim(1) % heads != 0) {
            throw ShapeMismatch.in(operation, "rows must hold " + heads + " heads of the same width", q, v);
        }
        ShapeMismatch.require(operation, "q", q.with(0, queries.rows()), q);
        ShapeMismatch.require(operation, "k", q.with(0, keys.rows()), k);
        ShapeMismatch.require(operation, "v", v.with(0, keys.rows()), v);
    }

    /** [1, H, T, S] of one sequence. */
    Shape scores(int sequence) {
        return Shape.of(1, heads, queries.length(sequence), keys.length(sequence));
    }
}
