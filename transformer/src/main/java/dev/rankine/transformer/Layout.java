package dev.rankine.transformer;

import org.jspecify.annotations.Nullable;

/**
 * How a family of models calls its parts: Hugging Face's names, below the path of a stack and below the path of a layer.
 *
 * @param stack the names in a stack
 * @param attention where a layer has its self-attention
 * @param projections the products in an attention
 * @param feedForward where a layer has its feed-forward sublayer
 * @param products the products in a feed-forward sublayer
 */
public record Layout(
        InStack stack, Sublayer attention, Projections projections, Sublayer feedForward, Products products) {
    /** BART and mBART. */
    public static final Layout BART = new Layout(
            new InStack("embed_tokens", "embed_positions", 2, "layernorm_embedding", "layers", "layer_norm"),
            new Sublayer("self_attn", "self_attn_layer_norm"),
            new Projections("q_proj", "k_proj", "v_proj", "out_proj"),
            new Sublayer("fc2", "final_layer_norm"),
            new Products("fc1", "fc2"));

    /** BERT, whose places begin at row 0 of their table. */
    public static final Layout BERT = bert(0);

    /** RoBERTa, whose places begin at row 2, behind the one of the padding symbol. */
    public static final Layout ROBERTA = bert(2);

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
                new Products("intermediate.dense", "output.dense"));
    }

    /**
     * The names in a stack.
     *
     * @param tokens the embedding of symbols, where a stack owns one
     * @param positions the table of places
     * @param firstPosition the row of the first place
     * @param norm behind the embedding
     * @param layers the list of layers
     * @param lastNorm behind the last layer of a pre-norm stack; null where a family has no such stack
     */
    public record InStack(
            String tokens,
            String positions,
            int firstPosition,
            String norm,
            String layers,
            @Nullable String lastNorm) {
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

    /** The products of an attention, below its path. */
    public record Projections(String query, String key, String value, String out) {}

    /** The products of a feed-forward sublayer, below the path of the layer. */
    public record Products(String in, String out) {}
}
