package dev.rankine.lora;

/** An adapter of a weight matrix that is made of triplets: a row of A, a column of B and their gate, if there is one. */
public interface Ranked extends LinearDelta {
    /** How many triplets it had at the start. */
    int initialRank();

    /** How many it has now. */
    int rank();
}
