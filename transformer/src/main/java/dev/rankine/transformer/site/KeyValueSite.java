package dev.rankine.transformer.site;

import dev.rankine.autograd.Variable;
import dev.rankine.transformer.Pass;
import org.jspecify.annotations.Nullable;

/** The keys and values of an attention layer: an adapter may put rows in front of them that every query sees. */
public final class KeyValueSite extends Site<KeyValueSite.Adaptation> {
    /** Extra rows, P of them: keys and values [B, H, P, D]. */
    public record Extra(Variable keys, Variable values) {}

    /** Gives the rows for a batch. */
    public interface Adaptation {
        Extra extra(int batch, Pass pass);
    }

    private final int heads;
    private final int headWidth;

    public KeyValueSite(String path, int heads, int headWidth) {
        super(path);
        this.heads = heads;
        this.headWidth = headWidth;
    }

    /** H. */
    public int heads() {
        return heads;
    }

    /** D. */
    public int headWidth() {
        return headWidth;
    }

    /** The rows to put in front, null for none. */
    public @Nullable Extra extra(int batch, Pass pass) {
        Adaptation adapter = adaptation();
        return adapter == null ? null : adapter.extra(batch, pass);
    }
}
