package dev.rankine.transformer.checkpoint;

import dev.rankine.transformer.Layout;
import dev.rankine.transformer.NormOrder;
import dev.rankine.transformer.PositionKind;
import dev.rankine.transformer.TransformerSettings;
import dev.rankine.transformer.TransformerSettings.Dropouts;
import dev.rankine.transformer.TransformerSettings.Form;
import dev.rankine.transformer.TransformerSettings.Stack;

/** The configuration of GPT-2. Missing keys have Hugging Face's defaults. */
final class Gpt2Keys {
    private Gpt2Keys() {}

    static DecoderConfig read(ConfigKeys keys) {
        ConfigRules.requireWhole(keys);
        ConfigRules.requireFlag(keys, "add_cross_attention", false);
        ConfigRules.requireFlag(keys, "scale_attn_weights", true);
        ConfigRules.requireFlag(keys, "scale_attn_by_inverse_layer_idx", false);
        ConfigRules.requireFlag(keys, "tie_word_embeddings", true);
        // the order of the computation in half precision, which changes no formula
        keys.flag("reorder_and_upcast_attn", false);
        // an older name of n_positions
        keys.get("n_ctx");
        double embedding = keys.number("embd_pdrop", 0.1);
        double residual = keys.number("resid_pdrop", 0.1);
        if (embedding != residual) {
            throw ConfigRules.unsupported(
                    keys,
                    "embd_pdrop",
                    embedding,
                    "one probability serves embeddings and sublayers, which have " + residual);
        }
        int width = keys.integer("n_embd", 768);
        try {
            Stack stack = new Stack(
                    keys.integer("n_layer", 12), keys.integer("n_head", 12), keys.integer("n_inner", 4 * width));
            Form form = new Form(
                    ConfigRules.activation(keys, "activation_function", "gelu_new"),
                    NormOrder.PRE,
                    PositionKind.LEARNED,
                    false,
                    keys.number("layer_norm_epsilon", 1e-5),
                    Layout.GPT2);
            TransformerSettings settings = new TransformerSettings(
                    keys.integer("vocab_size", 50_257),
                    width,
                    keys.integer("n_positions", 1024),
                    stack,
                    stack,
                    form,
                    new Dropouts(residual, keys.number("attn_pdrop", 0.1), 0),
                    keys.number("initializer_range", 0.02));
            return new DecoderConfig(
                    Architecture.GPT2,
                    settings,
                    true,
                    ConfigRules.symbol(keys, "bos_token_id", settings.vocabulary()),
                    ConfigRules.symbols(keys, "eos_token_id", settings.vocabulary()),
                    ConfigRules.symbol(keys, "pad_token_id", settings.vocabulary()),
                    keys.others());
        } catch (IllegalArgumentException outOfRange) {
            throw CheckpointException.in(keys.file(), String.valueOf(outOfRange.getMessage()), outOfRange);
        }
    }
}
