package dev.rankine.transformer;

import dev.rankine.autograd.Variable;
import dev.rankine.autograd.op.Add;
import dev.rankine.autograd.op.Concatenate;
import dev.rankine.tensor.DType;
import dev.rankine.tensor.ShapeMismatch;
import dev.rankine.tensor.Tensor;
import dev.rankine.transformer.site.InputSite;
import org.jspecify.annotations.Nullable;

/**
 * The beginning of a stack: embedded symbols, behind the rows that an adapter puts in front, plus positions; then layer
 * norm and dropout.
 */
final class InputLayer extends Module {
    private final TokenEmbedding tokens;
    private final @Nullable Positions positions;
    private final @Nullable TokenTypes types;
    private final @Nullable Normalization norm;
    private final InputSite site;
    private final double dropout;
    private final long stream;

    /**
     * @param path of the stack
     * @param tokens owned by the model, which may share it among stacks
     * @param tokenTypes how many kinds of symbols there are, 0 where they are not told apart
     */
    InputLayer(String path, TokenEmbedding tokens, int tokenTypes, TransformerSettings settings, Weights weights) {
        super(path);
        this.tokens = tokens;
        Layout.InStack names = settings.form().layout().stack();
        Positions rows = Positions.of(path, settings, weights);
        positions = rows == null ? null : child(rows);
        types = tokenTypes == 0
                ? null
                : child(new TokenTypes(path("embeddings.token_type_embeddings"), tokenTypes, settings, weights));
        norm = names.norm() == null ? null : child(Normalization.of(path(names.norm()), settings, weights));
        site = new InputSite(path, settings.width());
        dropout = settings.dropout().residual();
        stream = Pass.stream(path("dropout"));
    }

    /** The rows [B, P, C] of an adapter, null for none. */
    @Nullable
    Variable extraRows(int batch, Pass pass) {
        return site.rows(batch, pass);
    }

    boolean hasExtraRows() {
        return site.isOccupied();
    }

    /**
     * [B, P + T, C] for ids I64 [B, T], or [N, C] for packed ids I64 [N].
     *
     * @param kinds I64 of the shape of the ids, the kind of each symbol; null where all are of kind 0 or there are none
     * @param extra rows [B, P, C] in front, null for none
     * @param places where the rows stand, those of the adapter included
     */
    Variable apply(Tensor ids, @Nullable Tensor kinds, @Nullable Variable extra, Places places, Pass pass) {
        if (ids.dtype() != DType.I64 || ids.shape().rank() != (pass.packing() == null ? 2 : 1)) {
            throw ShapeMismatch.in(path(), "ids must be I64 [B, T], got " + ids.dtype(), ids.shape());
        }
        Variable embedded = tokens.embed(ids);
        Variable rows = extra == null ? embedded : Concatenate.concatenate(1, extra, embedded);
        Variable placed = positions == null ? rows : Add.add(rows, positions.rows(places));
        if (types != null) {
            int inFront = extra == null ? 0 : extra.shape().dim(1);
            placed = Add.add(placed, types.rows(kinds, ids.shape(), inFront));
        } else if (kinds != null) {
            throw new IllegalArgumentException(
                    path() + " does not tell kinds of symbols apart: give it no token types");
        }
        return pass.dropout(norm == null ? placed : norm.apply(placed), dropout, stream);
    }

    InputSite site() {
        return site;
    }
}
