package dev.rankine.transformer;

import dev.rankine.autograd.Variable;
import dev.rankine.tensor.Tensor;
import dev.rankine.transformer.site.Sites;
import org.jspecify.annotations.Nullable;

/** An encoder that stands alone, with an embedding of its own: the body of a classifier. */
public final class EncoderOnly extends Module implements Model {
    private final TokenEmbedding tokens;
    private final Encoder encoder;

    /** An encoder that does not tell kinds of symbols apart. */
    public EncoderOnly(TransformerSettings settings, Weights weights) {
        this("model.encoder", 0, settings, weights);
    }

    /**
     * @param path of the stack, such as {@code roberta}
     * @param tokenTypes how many kinds of symbols it tells apart, 0 for none
     */
    public EncoderOnly(String path, int tokenTypes, TransformerSettings settings, Weights weights) {
        super(path);
        Layout.InStack names = settings.form().layout().stack();
        tokens = child(new TokenEmbedding(path(names.tokens()), settings, weights));
        encoder = child(new Encoder(path, tokens, tokenTypes, settings, weights));
    }

    /**
     * @param ids I64 [B, S]
     * @param mask [B, S]: 1 on symbols, 0 on padding
     */
    public Encoded apply(Tensor ids, Tensor mask, Pass pass) {
        return apply(ids, mask, null, pass);
    }

    /** @param types I64 [B, S], the kind of each symbol; null where all are of kind 0 or there are none */
    public Encoded apply(Tensor ids, Tensor mask, @Nullable Tensor types, Pass pass) {
        return encoder.apply(ids, mask, types, pass);
    }

    /** The state [B, C] of the first symbol; less work than all of them. */
    public Variable first(Tensor ids, Tensor mask, @Nullable Tensor types, Pass pass) {
        return encoder.first(ids, mask, types, pass);
    }

    /**
     * The states [K, C] of some places alone, which are symbols.
     *
     * @param places I64 [K], places of [B, S] counted row by row
     */
    Variable at(Tensor places, Tensor ids, Tensor mask, @Nullable Tensor types, Pass pass) {
        Packing packing = encoder.packing(ids, mask);
        if (packing != null && packing.spares() && packing.holds(places)) {
            return packing.at(places, encoder.packed(packing, ids, types, pass).states());
        }
        return States.at(
                places, States.ofSymbols(ids, apply(ids, mask, types, pass).states()));
    }

    /** Scores [..., V] of every symbol for states h[..., C], by the matrix that embeds them. */
    Variable scores(Variable h, Variable bias) {
        return tokens.scores(h, bias);
    }

    @Override
    public Sites sites() {
        return encoder.sites();
    }
}
