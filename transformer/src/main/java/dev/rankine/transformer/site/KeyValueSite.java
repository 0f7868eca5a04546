package dev.rankine.transformer.site;

import dev.rankine.autograd.Variable;
import dev.rankine.transformer.Pass;
import org.jspecify.annotations.Nullable;

/** The keys and values of an attention layer: an adapter may put rows in front of them that every query sees. */
public final class KeyValueSite {
    /** Extra rows, P of them: keys and values [B, H, P, D]. */
    public record Extra(Variable keys, Variable values) {}

    /** Gives the rows for a batch. */
    public interface Adaptation {
        Extra extra(int batch, Pass pass);
    }

    private final String path;
    private final int heads;
    private final int headWidth;
    private @Nullable Adaptation adaptation;

    public KeyValueSite(String path, int heads, int headWidth) {
        this.path = path;
        this.heads = heads;
        this.headWidth = headWidth;
    }

    /** The attention's Hugging Face module path. */
    public String path() {
        return path;
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
        return adaptation == null ? null : adaptation.extra(batch, pass);
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
