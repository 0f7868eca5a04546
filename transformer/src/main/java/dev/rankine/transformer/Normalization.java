package dev.rankine.transformer;

import dev.rankine.autograd.Variable;

/** The norm of the last axis of x[..., C]. */
public abstract sealed class Normalization extends Module permits LayerNormalization, RmsNormalization {
    Normalization(String path) {
        super(path);
    }

    static Normalization of(String path, TransformerSettings settings, Weights weights) {
        return settings.form().layout().style().centred()
                ? new LayerNormalization(path, settings, weights)
                : new RmsNormalization(path, settings, weights);
    }

    public abstract Variable apply(Variable x);
}
