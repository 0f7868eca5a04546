package dev.rankine.transformer;

import dev.rankine.transformer.TransformerSettings.Dropouts;
import dev.rankine.transformer.TransformerSettings.Form;
import dev.rankine.transformer.TransformerSettings.Stack;

/**
 * The form of a BERT (Devlin et al. 2019) or RoBERTa (Liu et al. 2019).
 *
 * @param kind which of the two
 * @param body the encoder
 * @param tokenTypes how many kinds of symbols it tells apart: 2 in BERT, 1 (so none) in RoBERTa
 * @param headDropout in the head of a classifier
 */
public record BertSettings(Kind kind, TransformerSettings body, int tokenTypes, double headDropout) {
    /** Which weights a head has and what they are called. */
    public enum Kind {
        BERT("bert", Layout.BERT, 1e-12),
        ROBERTA("roberta", Layout.ROBERTA, 1e-5);

        private final String path;
        private final Layout layout;
        private final double normEpsilon;

        Kind(String path, Layout layout, double normEpsilon) {
            this.path = path;
            this.layout = layout;
            this.normEpsilon = normEpsilon;
        }

        /** The path of the encoder. */
        public String path() {
            return path;
        }

        public Layout layout() {
            return layout;
        }

        /** As published. */
        public double normEpsilon() {
            return normEpsilon;
        }
    }

    public BertSettings {
        if (tokenTypes < 1) {
            throw new IllegalArgumentException("there must be at least 1 kind of symbols, got " + tokenTypes);
        }
        if (!(headDropout >= 0 && headDropout < 1)) {
            throw new IllegalArgumentException("head dropout must be in [0, 1), got " + headDropout);
        }
        if (!body.form().layout().equals(kind.layout())) {
            throw new IllegalArgumentException("the parts of a " + kind + " must carry its names");
        }
    }

    /** A form with the published dropout of .1 and initial deviation of .02. */
    public static BertSettings of(Kind kind, int vocabulary, int width, int maxPositions, Stack stack, int tokenTypes) {
        Form form = new Form(
                Activation.GELU, NormOrder.POST, PositionKind.LEARNED, false, kind.normEpsilon(), kind.layout());
        TransformerSettings body = new TransformerSettings(
                vocabulary, width, maxPositions, stack, stack, form, new Dropouts(0.1, 0.1, 0), 0.02);
        return new BertSettings(kind, body, tokenTypes, 0.1);
    }

    /** {@code roberta-base}: 125 million weights. */
    public static BertSettings robertaBase() {
        return of(Kind.ROBERTA, 50_265, 768, 512, new Stack(12, 12, 3072), 1);
    }

    /** {@code roberta-large}: 355 million weights. */
    public static BertSettings robertaLarge() {
        return of(Kind.ROBERTA, 50_265, 1024, 512, new Stack(24, 16, 4096), 1);
    }

    /** {@code bert-base-uncased}: 110 million weights. */
    public static BertSettings bertBase() {
        return of(Kind.BERT, 30_522, 768, 512, new Stack(12, 12, 3072), 2);
    }

    /** {@code bert-large-uncased}: 335 million weights. */
    public static BertSettings bertLarge() {
        return of(Kind.BERT, 30_522, 1024, 512, new Stack(24, 16, 4096), 2);
    }
}
