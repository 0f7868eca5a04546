package dev.rankine.transformer;

import dev.rankine.autograd.Variable;
import dev.rankine.autograd.op.Affine;
import dev.rankine.autograd.op.Embedding;
import dev.rankine.autograd.op.Linear;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** The rows that stand for symbols; the same matrix also scores the symbols at the output (Press and Wolf 2017). */
public final class TokenEmbedding extends Module {
    private final Variable table;
    private final double scale;

    public TokenEmbedding(String path, TransformerSettings settings, Weights weights) {
        super(path);
        Shape shape = Shape.of(settings.vocabulary(), settings.width());
        table = matrix(weights, "weight", shape, new Weights.Start.Normal(settings.initStd()));
        scale = settings.form().scaleEmbedding() ? Math.sqrt(settings.width()) : 1;
    }

    /** [B, T, C] for ids I64 [B, T], multiplied by sqrt(C) where the settings say so. */
    public Variable embed(Tensor ids) {
        Variable rows = Embedding.embedding(ids, table);
        return scale == 1 ? rows : Affine.scale(rows, scale);
    }

    /** Scores [..., V] of every symbol for h[..., C]; never scaled. */
    public Variable scores(Variable h, @Nullable Variable bias) {
        return Linear.linear(h, table, bias);
    }

    /** C. */
    public int width() {
        return table.shape().dim(1);
    }

    /** V. */
    public int vocabulary() {
        return table.shape().dim(0);
    }
}
