package dev.rankine.transformer;

/** How a model tells the places of a sequence apart. */
public enum PositionKind {
    /** A trained row for each place. */
    LEARNED,
    /** Fixed sines and cosines. */
    SINUSOIDAL
}
