package dev.rankine.tensor;

/** Whether a back-end can run on this machine. */
public sealed interface Probe {
    /** It can, and this is what it would run on. */
    record Ready(String description) implements Probe {}

    /** It cannot: why, and what to do about it. */
    record Unavailable(String reason, String remedy) implements Probe {}
}
