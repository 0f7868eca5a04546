package dev.rankine.transformer;

import dev.rankine.autograd.Variable;
import dev.rankine.autograd.op.Add;
import dev.rankine.autograd.op.Dropout;
import dev.rankine.tensor.Backend;
import org.jspecify.annotations.Nullable;

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

    /** The norm of x + dropout(f). */
    public Variable ofSum(Variable x, Variable f, Backend.@Nullable Dropout dropout) {
        return apply(Add.add(x, dropout == null ? f : Dropout.dropout(f, dropout)));
    }
}
