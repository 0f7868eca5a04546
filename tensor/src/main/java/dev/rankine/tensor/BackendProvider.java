package dev.rankine.tensor;

/**
 * Finds out whether a back-end can run here and makes it; found by {@link java.util.ServiceLoader}. A provider links
 * nothing that may be missing: it is loaded on every machine.
 */
public interface BackendProvider {
    /** The name to ask for the back-end by, such as {@code vector}. */
    String name();

    /** Of the back-ends that are ready the one with the highest priority is taken when none is named. */
    int priority();

    /** Looks whether the back-end can run here. Never throws. */
    Probe probe();

    /** Makes the back-end with a number of worker threads, at least 1. Called only when the probe said ready. */
    Backend create(int threads);
}
