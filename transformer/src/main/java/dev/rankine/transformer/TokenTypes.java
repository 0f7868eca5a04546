package dev.rankine.transformer;

import dev.rankine.autograd.Variable;
import dev.rankine.autograd.op.Embedding;
import dev.rankine.autograd.op.Slice;
import dev.rankine.tensor.DType;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.ShapeMismatch;
import dev.rankine.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** The rows that tell kinds of symbols apart: of a pair of texts, the first is of kind 0 and the second of kind 1. */
final class TokenTypes extends Module {
    private final Variable table;

    TokenTypes(String path, int kinds, TransformerSettings settings, Weights weights) {
        super(path);
        Shape shape = Shape.of(kinds, settings.width());
        table = weight(weights, "weight", shape, new Weights.Start.Normal(settings.initStd()));
    }

    /**
     * [B, P + S, C] for types I64 [B, S] behind P rows of an adapter, which are of kind 0; [N, C] for packed types.
     *
     * @param types null where all are of kind 0, which gives [1, C]
     */
    Variable rows(@Nullable Tensor types, Shape ids, int extra) {
        if (types == null) {
            return Slice.slice(table, 0, 0, 1);
        }
        ShapeMismatch.require(path(), "the token types", ids, types.shape());
        if (extra == 0) {
            return Embedding.embedding(types, table);
        }
        Shape longer = ids.with(1, extra + ids.dim(1));
        Tensor all = Tensor.result("types", types.backend(), DType.I64, longer);
        types.backend().fill(all.slice(1, 0, extra), 0);
        types.backend().copy(types, all.slice(1, extra, longer.dim(1)));
        return Embedding.embedding(all, table);
    }
}
