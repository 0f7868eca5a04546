package dev.rankine.transformer.site;

import dev.rankine.autograd.Variable;
import dev.rankine.transformer.Pass;

/** The end of a sublayer (attention or feed-forward): its output before the residual add, and the sum after the norm. */
public final class ResidualSite extends Site<ResidualSite.Adaptation> {
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

    private final Sublayer sublayer;
    private final int width;

    public ResidualSite(String path, Sublayer sublayer, int width) {
        super(path);
        this.sublayer = sublayer;
        this.width = width;
    }

    public Sublayer sublayer() {
        return sublayer;
    }

    /** C, the width of the residual stream. */
    public int width() {
        return width;
    }

    public Variable beforeAdd(Variable h, Pass pass) {
        Adaptation adapter = adaptation();
        return adapter == null ? h : adapter.beforeAdd(h, pass);
    }

    public Variable afterNorm(Variable h, Pass pass) {
        Adaptation adapter = adaptation();
        return adapter == null ? h : adapter.afterNorm(h, pass);
    }
}
