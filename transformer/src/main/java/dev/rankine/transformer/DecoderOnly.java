package dev.rankine.transformer;

import dev.rankine.autograd.GradientMode;
import dev.rankine.autograd.Variable;
import dev.rankine.tensor.Tensor;
import dev.rankine.transformer.site.Sites;
import org.jspecify.annotations.Nullable;

/**
 * A language model: a decoder that stands alone and scores the symbol that follows each place. In Hugging Face's names
 * {@code GPT2LMHeadModel} (Radford et al. 2019) and {@code LlamaForCausalLM} (Touvron et al. 2023), by the layout.
 */
public final class DecoderOnly extends Module implements LanguageModel {
    private final TransformerSettings settings;
    private final TokenEmbedding tokens;
    private final Decoder decoder;
    private final @Nullable LinearLayer scores;

    /** One matrix embeds and scores the symbols. */
    public DecoderOnly(TransformerSettings settings, Weights weights) {
        this("model.decoder", true, settings, weights);
    }

    /**
     * @param path of the stack, such as {@code model}
     * @param tied whether the matrix that embeds the symbols scores them too; otherwise {@code lm_head} does
     */
    public DecoderOnly(String path, boolean tied, TransformerSettings settings, Weights weights) {
        super("");
        this.settings = settings;
        Layout.InStack names = settings.form().layout().stack();
        tokens = child(new TokenEmbedding(path + "." + names.tokens(), settings, weights));
        decoder = child(new Decoder(path, tokens, false, settings, weights));
        scores = tied
                ? null
                : child(new LinearLayer(
                        "lm_head",
                        settings.width(),
                        settings.vocabulary(),
                        settings.initStd(),
                        new Layout.Style(false, false, false),
                        weights));
    }

    public TransformerSettings settings() {
        return settings;
    }

    @Override
    public Variable logits(Tensor ids, @Nullable Tensor mask, Pass pass) {
        return scores(decoder.apply(ids, mask, null, pass), pass);
    }

    @Override
    public Variable logitsAt(Tensor places, Tensor ids, @Nullable Tensor mask, Pass pass) {
        Packing packing = decoder.packing(places, ids, mask);
        if (packing != null && packing.spares() && packing.holds(places)) {
            return scores(packing.at(places, decoder.packed(packing, ids, null, pass)), pass);
        }
        return scores(States.at(places, decoder.apply(ids, mask, null, pass)), pass);
    }

    private Variable scores(Variable h, Pass pass) {
        return scores == null ? tokens.scores(h, null) : scores.apply(h, pass);
    }

    /** Writes symbol by symbol for a batch; a prompt is given like symbols written before. */
    public Decoding startDecoding(int batch) {
        return start(batch);
    }

    @Override
    public Decoding startDecoding(Tensor ids, int... padding) {
        return start(ids.shape().dim(0)).read(ids, padding);
    }

    private StepwiseDecoding start(int batch) {
        try (var _ = GradientMode.noGrad()) {
            return new StepwiseDecoding(decoder, batch, null, h -> scores(h, Pass.inference()));
        }
    }

    @Override
    public int vocabulary() {
        return settings.vocabulary();
    }

    @Override
    public int longest() {
        return settings.form().positions() instanceof PositionKind.Rotary rotary
                ? Math.toIntExact(rotary.scaling().longest(settings.maxPositions()))
                : settings.maxPositions();
    }

    /** Those of the stack: what scores the symbols is trained whole or not at all. */
    @Override
    public Sites sites() {
        return decoder.sites();
    }
}
