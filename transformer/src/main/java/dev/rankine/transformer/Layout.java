package dev.rankine.transformer;

import org.jspecify.annotations.Nullable;

/**
 * How a family of models calls and stores its parts: Hugging Face's names, below the path of a stack and below the path
 * of a layer.
 *
 * @param stack the names in a stack
 * @param attention where a layer has its self-attention
 * @param projections the products in an attention
 * @param feedForward where a layer has its feed-forward sublayer
 * @param products the products in a feed-forward sublayer
 * @param style what kinds of weights there are
 */
public record Layout(
        InStack stack,
        Sublayer attention,
        Projections projections,
        Sublayer feedForward,
        Products products,
        Style style) {
    /** BART and mBART. */
    public static final Layout BART = new Layout(
            new InStack("embed_tokens", "embed_positions", 2, "layernorm_embedding", "layers", "layer_norm"),
            new Sublayer("self_attn", "self_attn_layer_norm"),
            new Projections("q_proj", "k_proj", "v_proj", "out_proj"),
            new Sublayer("fc2", "final_layer_norm"),
            new Products("fc1", "fc2", null),
            Style.COMMON);

    /** BERT, whose places begin at row 0 of their table. */
    public static final Layout BERT = bert(0);

    /** RoBERTa, whose places begin at row 2, behind the one of the padding symbol. */
    public static final Layout ROBERTA = bert(2);

    /** GPT-2: one product for queries, keys and values. */
    public static final Layout GPT2 = new Layout(
            new InStack("wte", "wpe", 0, null, "h", "ln_f"),
            new Sublayer("attn", "ln_1"),
            Projections.joint("c_attn", "c_proj"),
            new Sublayer("mlp", "ln_2"),
            new Products("mlp.c_fc", "mlp.c_proj", null),
            new Style(true, true, true));

    /** LLaMA: a gated feed-forward sublayer and no trained places. */
    public static final Layout LLAMA = new Layout(
            new InStack("embed_tokens", null, 0, null, "layers", "norm"),
            new Sublayer("self_attn", "input_layernorm"),
            new Projections("q_proj", "k_proj", "v_proj", "o_proj"),
            new Sublayer("mlp", "post_attention_layernorm"),
            new Products("mlp.up_proj", "mlp.down_proj", "mlp.gate_proj"),
            new Style(false, false, false));

    private static Layout bert(int firstPosition) {
        return new Layout(
                new InStack(
                        "embeddings.word_embeddings",
                        "embeddings.position_embeddings",
                        firstPosition,
                        "embeddings.LayerNorm",
                        "encoder.layer",
                        null),
                new Sublayer("attention", "attention.output.LayerNorm"),
                new Projections("self.query", "self.key", "self.value", "output.dense"),
                new Sublayer("output", "output.LayerNorm"),
                new Products("intermediate.dense", "output.dense", null),
                Style.COMMON);
    }

    /**
     * The names in a stack.
     *
     * @param tokens the embedding of symbols, where a stack owns one
     * @param positions the table of places; null where a family has none
     * @param firstPosition the row of the first place
     * @param norm behind the embedding; null for none
     * @param layers the list of layers
     * @param lastNorm behind the last layer of a pre-norm stack; null where a family has no such stack
     */
    public record InStack(
            String tokens,
            @Nullable String positions,
            int firstPosition,
            @Nullable String norm,
            String layers,
            @Nullable String lastNorm) {
        String requirePositions() {
            if (positions == null) {
                throw new IllegalArgumentException("models with " + layers + " of this family have no table of places");
            }
            return positions;
        }

        String requireLastNorm() {
            if (lastNorm == null) {
                throw new IllegalArgumentException("models with " + layers + " have no norm behind their last layer, so"
                        + " theirs stand behind the sublayers (" + NormOrder.POST + ")");
            }
            return lastNorm;
        }
    }

    /**
     * A sublayer.
     *
     * @param path where it sits
     * @param norm its norm
     */
    public record Sublayer(String path, String norm) {}

    /** The products of an attention, below its path. Where one product gives all three, they have one name. */
    public record Projections(String query, String key, String value, String out) {
        static Projections joint(String queryKeyValue, String out) {
            return new Projections(queryKeyValue, queryKeyValue, queryKeyValue, out);
        }

        boolean isJoint() {
            return query.equals(key);
        }
    }

    /**
     * The products of a feed-forward sublayer, below the path of the layer.
     *
     * @param gate multiplies, behind the activation, what {@code in} gives; null for none
     */
    public record Products(String in, String out, @Nullable String gate) {}

    /**
     * The kinds of weights.
     *
     * @param biases whether products add one
     * @param transposed whether matrices are stored [I, O] instead of [O, I]
     * @param centred whether norms subtract the mean and add a bias (layer norm) or not (by the root mean square)
     */
    public record Style(boolean biases, boolean transposed, boolean centred) {
        static final Style COMMON = new Style(true, false, true);
    }
}
