package dev.rankine.transformer.site;

import org.jspecify.annotations.Nullable;

/**
 * A place in a model where one adapter at a time may take part in the computation.
 *
 * @param <A> how an adapter computes there
 */
public abstract sealed class Site<A> permits LinearSite, ResidualSite, KeyValueSite, InputSite {
    private final String path;
    private @Nullable A adaptation;

    Site(String path) {
        this.path = path;
    }

    /** The Hugging Face module path, such as {@code model.decoder.layers.0.fc1}. */
    public final String path() {
        return path;
    }

    /** What computes here, null for nothing. */
    final @Nullable A adaptation() {
        return adaptation;
    }

    public final boolean isOccupied() {
        return adaptation != null;
    }

    /**
     * Takes part from now on. Does nothing if this adapter sits here already.
     *
     * @throws IllegalStateException if another one does
     */
    public final void occupy(A adapter) {
        if (adaptation != null && !adapter.equals(adaptation)) {
            throw new IllegalStateException(
                    "site " + path + " already holds " + adaptation + ": detach that adapter first");
        }
        adaptation = adapter;
    }

    /** This adapter leaves. Does nothing if it does not sit here. */
    public final void leave(Object adapter) {
        if (adapter.equals(adaptation)) {
            vacate();
        }
    }

    /** Whoever sits here leaves. */
    public final void vacate() {
        adaptation = null;
    }
}
