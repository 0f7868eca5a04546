package dev.rankine.transformer;

import dev.rankine.autograd.Variable;
import dev.rankine.autograd.op.Tanh;
import dev.rankine.tensor.Tensor;
import dev.rankine.transformer.site.Sites;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The state of the first symbol, a dense layer with tanh and a layer that scores the labels, over a BERT or RoBERTa: Hugging
 * Face's {@code BertForSequenceClassification} and {@code RobertaForSequenceClassification}. BERT's dense layer, the
 * pooler, belongs to the pre-trained model; RoBERTa's belongs to the head.
 */
public final class BertClassifier extends Module implements Classifier {
    /** The path of what a new task begins anew. */
    public static final String HEAD = "classifier";

    private final BertSettings settings;
    private final EncoderOnly body;
    private final LinearLayer dense;
    private final LinearLayer out;
    private final boolean pooled;

    /** With all but the last matrix pre-trained. */
    public BertClassifier(BertSettings settings, int labels, Weights weights) {
        this(settings, labels, weights, true);
    }

    /** @param pooled whether BERT's pooler is pre-trained; one that begins anew is a part of the head */
    public BertClassifier(BertSettings settings, int labels, Weights weights, boolean pooled) {
        super("");
        this.pooled = pooled;
        if (labels < 1) {
            throw new IllegalArgumentException("a classifier needs at least 1 label, got " + labels);
        }
        this.settings = settings;
        BertSettings.Kind kind = settings.kind();
        body = child(new EncoderOnly(kind.path(), settings.tokenTypes(), settings.body(), weights));
        dense = child(
                switch (kind) {
                    case BERT -> layer("bert.pooler.dense", settings.body().width(), weights);
                    case ROBERTA -> layer("classifier.dense", settings.body().width(), weights);
                });
        out = child(
                switch (kind) {
                    case BERT -> layer("classifier", labels, weights);
                    case ROBERTA -> layer("classifier.out_proj", labels, weights);
                });
    }

    private LinearLayer layer(String path, int outputs, Weights weights) {
        TransformerSettings form = settings.body();
        return new LinearLayer(path, form.width(), outputs, form.initStd(), weights);
    }

    public BertSettings settings() {
        return settings;
    }

    @Override
    public Variable logits(Tensor ids, Tensor mask, @Nullable Tensor types, Pass pass) {
        Variable first = body.first(ids, mask, types, pass);
        Variable seen = settings.kind() == BertSettings.Kind.ROBERTA ? dropped(first, dense, pass) : first;
        Variable pooled = Tanh.tanh(dense.apply(seen, pass));
        return out.apply(dropped(pooled, out, pass), pass);
    }

    private Variable dropped(Variable x, LinearLayer before, Pass pass) {
        return pass.dropout(x, settings.headDropout(), Pass.stream(before.path() + ".dropout"));
    }

    @Override
    public int labels() {
        return out.site().outputs();
    }

    @Override
    public List<String> head() {
        return settings.kind() == BertSettings.Kind.BERT && !pooled ? List.of(HEAD, dense.path()) : List.of(HEAD);
    }

    /** Those of the pre-trained part: the head is trained itself. */
    @Override
    public Sites sites() {
        return settings.kind() == BertSettings.Kind.BERT && pooled
                ? Sites.join(List.of(body.sites(), Sites.of(dense.site())))
                : body.sites();
    }
}
