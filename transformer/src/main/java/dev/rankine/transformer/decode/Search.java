package dev.rankine.transformer.decode;

/** How the next symbols are found. */
public sealed interface Search permits Search.Greedy, Beams, Sampling {
    /** The highest score at every step, of equal ones the first. */
    record Greedy() implements Search {}
}
