package dev.rankine.transformer.site;

import dev.rankine.autograd.Variable;
import dev.rankine.transformer.Pass;
import org.jspecify.annotations.Nullable;

/**
 * The input of an encoder or decoder: an adapter may put rows in front of the embedded symbols. They are unmasked and
 * take the first positions.
 */
public final class InputSite extends Site<InputSite.Adaptation> {
    /** Gives the rows for a batch. */
    public interface Adaptation {
        /** [B, P, C] in the scale of the embedding, before positions are added. */
        Variable rows(int batch, Pass pass);
    }

    private final int width;

    public InputSite(String path, int width) {
        super(path);
        this.width = width;
    }

    /** C. */
    public int width() {
        return width;
    }

    /** The rows to put in front, null for none. */
    public @Nullable Variable rows(int batch, Pass pass) {
        Adaptation adapter = adaptation();
        return adapter == null ? null : adapter.rows(batch, pass);
    }
}
