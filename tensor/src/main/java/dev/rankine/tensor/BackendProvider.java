package dev.rankine.tensor;

import java.util.List;

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

    /**
     * A provider for each device that the back-end can run on here, named such as {@code tornado:opencl:0}; or this one,
     * where there is no choice. Never throws.
     */
    default List<BackendProvider> devices() {
        return List.of(this);
    }

    /**
     * What a program may run, each on a thread of its own, as soon as it knows that it will compute: it makes the first
     * operations of the back-end come sooner and changes nothing else. Called only when the probe said ready.
     */
    default List<Runnable> warmUps() {
        return List.of();
    }

    /** Makes the back-end with a number of worker threads, at least 1. Called only when the probe said ready. */
    Backend create(int threads);
}
