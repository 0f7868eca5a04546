package dev.rankine.tensor;

/** How {@link Backend#reduce} folds an axis. An empty axis folds to the identity. */
public enum Reduction {
    /** Identity 0. */
    SUM,
    /** Identity negative infinity; NaN if any element is. */
    MAXIMUM
}
