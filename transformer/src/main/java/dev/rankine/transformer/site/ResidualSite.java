package dev.rankine.transformer.site;

import dev.rankine.autograd.Variable;
import dev.rankine.transformer.Pass;
import org.jspecify.annotations.Nullable;

/** The end of a sublayer (attention or feed-forward): its output before the residual add, and the sum after the norm. */
public final class ResidualSite {
    /** What the sublayer does. */
    public enum Sublayer {
        ATTENTION,
        FEED_FORWARD
    }

    /** Changes what passes; both methods keep the shape [B, T, C]. */
    public interface Adaptation {
        /** The sublayer's output, before it is added to the residual stream. */
        default Variable beforeAdd(Variable h, Pass pass) {
            return h;
        }

        /** The stream behind the add and, in a post-norm model, behind the norm. */
        default Variable afterNorm(Variable h, Pass pass) {
            return h;
        }
    }

    private final String path;
    private final Sublayer sublayer;
    private final int width;
    private @Nullable Adaptation adaptation;

    public ResidualSite(String path, Sublayer sublayer, int width) {
        this.path = path;
        this.sublayer = sublayer;
        this.width = width;
    }

    /** The sublayer's Hugging Face module path, such as {@code model.encoder.layers.0.self_attn} or {@code ....fc2}. */
    public String path() {
        return path;
    }

    public Sublayer sublayer() {
        return sublayer;
    }

    /** C, the width of the residual stream. */
    public int width() {
        return width;
    }

    public Variable beforeAdd(Variable h, Pass pass) {
        return adaptation == null ? h : adaptation.beforeAdd(h, pass);
    }

    public Variable afterNorm(Variable h, Pass pass) {
        return adaptation == null ? h : adaptation.afterNorm(h, pass);
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

    public boolean isOccupied() {
        return adaptation != null;
    }
}
