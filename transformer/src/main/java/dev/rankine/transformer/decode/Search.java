package dev.rankine.transformer.decode;

/** How the next symbols are found. */
public sealed interface Search permits Search.Greedy, Beams, Sampling {
    /** The highest score at every step, of equal ones the first. */
    record Greedy() implements Search {}

    /**
     * The same for a batch whose first row is row {@code first} of all that are written, where that makes a difference.
     */
    default Search from(long first) {
        return this;
    }
}
