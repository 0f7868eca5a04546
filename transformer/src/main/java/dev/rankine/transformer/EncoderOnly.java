package dev.rankine.transformer;

import dev.rankine.tensor.Tensor;
import dev.rankine.transformer.site.Sites;

/** An encoder that stands alone, with an embedding of its own: the body of a classifier. */
public final class EncoderOnly extends Module implements Model {
    private final Encoder encoder;

    public EncoderOnly(TransformerSettings settings, Weights weights) {
        super("");
        TokenEmbedding tokens = child(new TokenEmbedding("model.encoder.embed_tokens", settings, weights));
        encoder = child(new Encoder("model.encoder", tokens, settings, weights));
    }

    /**
     * @param ids I64 [B, S]
     * @param mask [B, S]: 1 on symbols, 0 on padding
     */
    public Encoded apply(Tensor ids, Tensor mask, Pass pass) {
        return encoder.apply(ids, mask, pass);
    }

    @Override
    public Sites sites() {
        return encoder.sites();
    }
}
