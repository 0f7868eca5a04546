package dev.rankine.transformer;

import dev.rankine.autograd.GradientMode;
import dev.rankine.autograd.Variable;
import dev.rankine.tensor.Tensor;
import dev.rankine.transformer.site.Sites;
import org.jspecify.annotations.Nullable;

/** A language model: a decoder that stands alone and scores the symbol that follows each place. */
public final class DecoderOnly extends Module implements Model {
    private final TokenEmbedding tokens;
    private final Decoder decoder;

    public DecoderOnly(TransformerSettings settings, Weights weights) {
        super("");
        tokens = child(new TokenEmbedding("model.decoder.embed_tokens", settings, weights));
        decoder = child(new Decoder("model.decoder", tokens, false, settings, weights));
    }

    /**
     * Scores [B, T, V].
     *
     * @param ids I64 [B, T]
     * @param mask [B, T]: 1 on symbols, 0 on padding; null where padding only follows the symbols
     */
    public Variable logits(Tensor ids, @Nullable Tensor mask, Pass pass) {
        return tokens.scores(decoder.apply(ids, mask, null, pass), null);
    }

    /** Writes symbol by symbol for a batch; a prompt is given like symbols written before. */
    public EncoderDecoder.Decoding startDecoding(int batch) {
        try (var _ = GradientMode.noGrad()) {
            return new StepwiseDecoding(decoder, batch, null, tokens, null);
        }
    }

    @Override
    public Sites sites() {
        return decoder.sites();
    }
}
