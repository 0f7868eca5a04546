package dev.rankine.transformer;

import dev.rankine.autograd.Variable;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import dev.rankine.transformer.site.Sites;
import org.jspecify.annotations.Nullable;

/**
 * Scores every symbol at every place of a text with holes: {@code BertForMaskedLM} and {@code RobertaForMaskedLM}. A
 * dense layer, the activation and a norm stand before the matrix that embeds the symbols.
 */
public final class BertMaskedLanguageModel extends Module implements Model {
    private final BertSettings settings;
    private final EncoderOnly body;
    private final LinearLayer dense;
    private final LayerNormalization norm;
    private final Variable scoreBias;

    public BertMaskedLanguageModel(BertSettings settings, Weights weights) {
        super("");
        this.settings = settings;
        TransformerSettings form = settings.body();
        body = child(new EncoderOnly(settings.kind().path(), settings.tokenTypes(), form, weights));
        Names names = names(settings.kind());
        dense = child(new LinearLayer(names.dense, form.width(), form.width(), form.initStd(), weights));
        norm = child(new LayerNormalization(names.norm, form, weights));
        scoreBias = weight(weights, names.bias, Shape.of(form.vocabulary()), new Weights.Start.Constant(0));
    }

    private record Names(String dense, String norm, String bias) {}

    private static Names names(BertSettings.Kind kind) {
        return switch (kind) {
            case BERT ->
                new Names(
                        "cls.predictions.transform.dense",
                        "cls.predictions.transform.LayerNorm",
                        "cls.predictions.bias");
            case ROBERTA -> new Names("lm_head.dense", "lm_head.layer_norm", "lm_head.bias");
        };
    }

    public BertSettings settings() {
        return settings;
    }

    /**
     * Scores [B, S, V].
     *
     * @param ids I64 [B, S]
     * @param mask [B, S]: 1 on symbols, 0 on padding, which follows the symbols
     * @param types I64 [B, S], the kind of each symbol; null where all are of kind 0
     */
    public Variable logits(Tensor ids, Tensor mask, @Nullable Tensor types, Pass pass) {
        return scores(States.ofSymbols(ids, body.apply(ids, mask, types, pass).states()), pass);
    }

    /**
     * Scores [N, V] of some places alone, such as the holes; ids, mask and types as for {@link #logits}.
     *
     * @param places I64 [N], places of [B, S] counted row by row
     */
    public Variable logitsAt(Tensor places, Tensor ids, Tensor mask, @Nullable Tensor types, Pass pass) {
        return scores(body.at(places, ids, mask, types, pass), pass);
    }

    private Variable scores(Variable states, Pass pass) {
        Variable h = settings.body().form().activation().apply(dense.apply(states, pass));
        return body.scores(norm.apply(h), scoreBias);
    }

    @Override
    public Sites sites() {
        return body.sites();
    }
}
