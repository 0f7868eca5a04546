package dev.rankine.transformer.site;

import dev.rankine.autograd.Variable;
import dev.rankine.transformer.Pass;
import org.jspecify.annotations.Nullable;

/**
 * The input of an encoder or decoder: an adapter may put rows in front of the embedded symbols. They are unmasked and
 * take the first positions.
 */
public final class InputSite {
    /** Gives the rows for a batch. */
    public interface Adaptation {
        /** [B, P, C] in the scale of the embedding, before positions are added. */
        Variable rows(int batch, Pass pass);
    }

    private final String path;
    private final int width;
    private @Nullable Adaptation adaptation;

    public InputSite(String path, int width) {
        this.path = path;
        this.width = width;
    }

    /** The Hugging Face module path of the stack, such as {@code model.encoder}. */
    public String path() {
        return path;
    }

    /** C. */
    public int width() {
        return width;
    }

    /** The rows to put in front, null for none. */
    public @Nullable Variable rows(int batch, Pass pass) {
        return adaptation == null ? null : adaptation.rows(batch, pass);
    }

    /** @throws IllegalStateException if another adapter sits here */
    public void occupy(Adaptation adapter) {
        Occupation.requireFree(path, adaptation);
        adaptation = adapter;
    }

    public void vacate() {
        adaptation = null;
    }

    /** Whether this adapter sits here. */
    public boolean holds(Adaptation adapter) {
        return adapter.equals(adaptation);
    }
}
