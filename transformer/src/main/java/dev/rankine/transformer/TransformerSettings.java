package dev.rankine.transformer;

/**
 * The form of a transformer: everything that its computation depends on beside its weights.
 *
 * @param vocabulary V, the number of symbols
 * @param width C, of the residual stream
 * @param maxPositions the longest sequence, the extra rows of an adapter included
 * @param encoder the stack that reads; a decoder alone has no use for it
 * @param decoder the stack that writes; an encoder alone has no use for it
 * @param form which variant of the layers
 * @param dropout what is dropped while training
 * @param initStd standard deviation of the weights of a model that begins at random
 */
public record TransformerSettings(
        int vocabulary,
        int width,
        int maxPositions,
        Stack encoder,
        Stack decoder,
        Form form,
        Dropouts dropout,
        double initStd) {
    public TransformerSettings {
        requirePositive("vocabulary", vocabulary);
        requirePositive("width", width);
        requirePositive("positions", maxPositions);
        int most = Integer.MAX_VALUE - form.layout().stack().firstPosition();
        if (maxPositions > most) {
            throw new IllegalArgumentException("positions must be at most " + most + ", got " + maxPositions);
        }
        requireWholeHeads("encoder", width, encoder);
        requireWholeHeads("decoder", width, decoder);
        if (!(initStd >= 0 && initStd < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("initStd must be at least 0 and finite, got " + initStd);
        }
    }

    /** BART's form, dropout .1 on sublayers, weights from a normal distribution of deviation .02. */
    public static TransformerSettings of(int vocabulary, int width, int maxPositions, Stack encoder, Stack decoder) {
        return new TransformerSettings(
                vocabulary, width, maxPositions, encoder, decoder, Form.BART, new Dropouts(0.1, 0, 0), 0.02);
    }

    /**
     * One stack of layers.
     *
     * @param layers how many
     * @param heads of each attention
     * @param feedForward width between the products of the feed-forward sublayer
     * @param keyValueHeads heads of keys and values, each shared by as many heads of queries (Ainslie et al. 2023)
     */
    public record Stack(int layers, int heads, int feedForward, int keyValueHeads) {
        /** With keys and values for every head. */
        public Stack(int layers, int heads, int feedForward) {
            this(layers, heads, feedForward, heads);
        }

        public Stack {
            requirePositive("layers", layers);
            requirePositive("heads", heads);
            requirePositive("feedForward", feedForward);
            requirePositive("keyValueHeads", keyValueHeads);
            if (heads % keyValueHeads != 0) {
                throw new IllegalArgumentException(
                        heads + " heads cannot share " + keyValueHeads + " heads of keys and values evenly");
            }
        }
    }

    /**
     * The variant of the layers.
     *
     * @param activation of the feed-forward sublayers
     * @param norms where layer norm stands
     * @param positions how places are told apart
     * @param scaleEmbedding whether embedded symbols are multiplied by sqrt(C)
     * @param normEpsilon added to the variance in every norm
     * @param layout the names of the parts
     */
    public record Form(
            Activation activation,
            NormOrder norms,
            PositionKind positions,
            boolean scaleEmbedding,
            double normEpsilon,
            Layout layout) {
        public static final Form BART = new Form(Activation.GELU, NormOrder.POST, PositionKind.LEARNED, false);

        /** A form under BART's names. */
        public Form(Activation activation, NormOrder norms, PositionKind positions, boolean scaleEmbedding) {
            this(activation, norms, positions, scaleEmbedding, 1e-5, Layout.BART);
        }

        public Form activation(Activation other) {
            return new Form(other, norms, positions, scaleEmbedding, normEpsilon, layout);
        }

        public Form norms(NormOrder other) {
            return new Form(activation, other, positions, scaleEmbedding, normEpsilon, layout);
        }

        public Form positions(PositionKind other) {
            return new Form(activation, norms, other, scaleEmbedding, normEpsilon, layout);
        }

        public Form scaleEmbedding(boolean wanted) {
            return new Form(activation, norms, positions, wanted, normEpsilon, layout);
        }
    }

    /**
     * Probabilities to drop, each in [0, 1).
     *
     * @param residual after the embedding and at the end of every sublayer
     * @param attention of the attention probabilities
     * @param activation inside the feed-forward sublayer
     */
    public record Dropouts(double residual, double attention, double activation) {
        public static final Dropouts NONE = new Dropouts(0, 0, 0);

        public Dropouts {
            requireProbability("residual", residual);
            requireProbability("attention", attention);
            requireProbability("activation", activation);
        }
    }

    public TransformerSettings form(Form other) {
        return new TransformerSettings(vocabulary, width, maxPositions, encoder, decoder, other, dropout, initStd);
    }

    public TransformerSettings dropout(Dropouts other) {
        return new TransformerSettings(vocabulary, width, maxPositions, encoder, decoder, form, other, initStd);
    }

    public TransformerSettings initStd(double other) {
        return new TransformerSettings(vocabulary, width, maxPositions, encoder, decoder, form, dropout, other);
    }

    private static void requirePositive(String what, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(what + " must be at least 1, got " + value);
        }
    }

    private static void requireWholeHeads(String stack, int width, Stack settings) {
        if (width % settings.heads() != 0) {
            throw new IllegalArgumentException("the width " + width + " cannot be divided among the " + settings.heads()
                    + " heads of the " + stack);
        }
    }

    private static void requireProbability(String what, double p) {
        if (!(p >= 0 && p < 1)) {
            throw new IllegalArgumentException(what + " dropout must be in [0, 1), got " + p);
        }
    }
}
