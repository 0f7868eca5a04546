package dev.rankine.tensor;

import org.jspecify.annotations.Nullable;

/**
 * Names the random numbers of one operation. They come from a counter-based generator and depend on nothing but this
 * and the place of an element within its example: not on threads, on the batch's division or on what was drawn before.
 *
 * @param clock I64 [2]: the seed of the run and the number of the step, read when the operation runs
 * @param stream tells the places of a model apart, for example two dropout layers
 * @param examples I64 [B]: the number of each example (first axis of the result) within the step's whole batch
 * @param places I64 [B]: for a result whose first axis counts single rows of examples, the place of each row in its
 *     example, so that it has the numbers that it would have there; null for whole examples
 */
public record Draw(
        Tensor clock,
        long stream,
        Tensor examples,
        @Nullable Tensor places) {
    public Draw {
        ShapeMismatch.require("draw", "clock", Shape.of(2), clock.shape());
        if (places != null) {
            ShapeMismatch.require("draw", "places", examples.shape(), places.shape());
        }
        if (clock.dtype() != DType.I64
                || examples.dtype() != DType.I64
                || (places != null && places.dtype() != DType.I64)
                || examples.shape().rank() != 1) {
            throw new IllegalArgumentException("draw: clock must be I64 [2], examples and places I64 [B], got "
                    + clock.dtype() + " " + clock.shape() + " and " + examples.dtype() + " " + examples.shape());
        }
    }

    /** Of whole examples. */
    public Draw(Tensor clock, long stream, Tensor examples) {
        this(clock, stream, examples, null);
    }

    /** The same clock and examples for another place of the model. */
    public Draw stream(long other) {
        return new Draw(clock, other, examples, places);
    }

    /**
     * Checks what numbers are drawn for.
     *
     * @throws ShapeMismatch if the first axis of x is not that of the examples
     */
    public void requireExamples(String operation, Tensor x) {
        if (x.shape().rank() == 0) {
            throw ShapeMismatch.in(operation, "the first axis must be that of the examples", x.shape());
        }
        ShapeMismatch.require(operation, "examples", Shape.of(x.shape().dim(0)), examples.shape());
    }

    /**
     * Checks what numbers are drawn for that count from the beginning of each example.
     *
     * @throws ShapeMismatch if there is another number of examples
     * @throws IllegalArgumentException if the draw is one for single rows
     */
    public void requireWhole(String operation, int count) {
        ShapeMismatch.require(operation, "examples", Shape.of(count), examples.shape());
        if (places != null) {
            throw new IllegalArgumentException(operation + ": draws for whole examples, not for single rows of them");
        }
    }
}
