package dev.rankine.transformer.checkpoint;

import dev.rankine.transformer.Layout;
import dev.rankine.transformer.NormOrder;
import dev.rankine.transformer.PositionKind;
import dev.rankine.transformer.RotaryScaling;
import dev.rankine.transformer.TransformerSettings;
import dev.rankine.transformer.TransformerSettings.Dropouts;
import dev.rankine.transformer.TransformerSettings.Form;
import dev.rankine.transformer.TransformerSettings.Stack;

/** The configuration of LLaMA 1 to 3. Missing keys have Hugging Face's defaults. */
final class LlamaKeys {
    private static final double BASE = 10_000;

    private LlamaKeys() {}

    static DecoderConfig read(ConfigKeys keys) {
        ConfigRules.requireWhole(keys);
        ConfigRules.requireFlag(keys, "attention_bias", false);
        ConfigRules.requireFlag(keys, "mlp_bias", false);
        try {
            return parse(keys);
        } catch (IllegalArgumentException outOfRange) {
            throw CheckpointException.in(keys.file(), String.valueOf(outOfRange.getMessage()), outOfRange);
        }
    }

    private static DecoderConfig parse(ConfigKeys keys) {
        int heads = keys.integer("num_attention_heads", 32);
        Stack stack = new Stack(
                keys.integer("num_hidden_layers", 32),
                heads,
                keys.integer("intermediate_size", 11_008),
                keys.integer("num_key_value_heads", heads));
        Form form = new Form(
                ConfigRules.activation(keys, "hidden_act", "silu"),
                NormOrder.PRE,
                rotary(keys),
                false,
                keys.number("rms_norm_eps", 1e-6),
                Layout.LLAMA);
        TransformerSettings settings = new TransformerSettings(
                keys.integer("vocab_size", 32_000),
                keys.integer("hidden_size", 4096),
                keys.integer("max_position_embeddings", 2048),
                stack,
                stack,
                form,
                new Dropouts(0, keys.number("attention_dropout", 0), 0),
                keys.number("initializer_range", 0.02));
        int headWidth = settings.width() / heads;
        int given = keys.integer("head_dim", headWidth);
        if (given != headWidth) {
            throw ConfigRules.unsupported(
                    keys, "head_dim", given, "the heads share hidden_size evenly, " + headWidth + " each");
        }
        return new DecoderConfig(
                Architecture.LLAMA,
                settings,
                keys.flag("tie_word_embeddings", false),
                ConfigRules.symbol(keys, "bos_token_id", settings.vocabulary()),
                ConfigRules.symbols(keys, "eos_token_id", settings.vocabulary()),
                ConfigRules.symbol(keys, "pad_token_id", settings.vocabulary()),
                keys.others());
    }

    /** {@code rope_parameters} holds base and scaling in newer folders; {@code rope_theta} and {@code rope_scaling} did before. */
    private static PositionKind.Rotary rotary(ConfigKeys keys) {
        ConfigKeys joint = keys.inside("rope_parameters");
        ConfigKeys older = keys.inside("rope_scaling");
        double base = keys.number("rope_theta", BASE);
        if (joint != null) {
            base = joint.number("rope_theta", base);
        }
        ConfigKeys scaling = joint == null ? older : joint;
        return new PositionKind.Rotary(base, scaling == null ? new RotaryScaling.None() : scaling(keys, scaling));
    }

    private static RotaryScaling scaling(ConfigKeys keys, ConfigKeys scaling) {
        String older = scaling.text("type");
        String kind = scaling.text("rope_type");
        String given = kind == null ? older : kind;
        String name = given == null ? "default" : given;
        return switch (name) {
            case "default" -> new RotaryScaling.None();
            case "linear" -> new RotaryScaling.Linear(scaling.required("factor"));
            case "dynamic" -> new RotaryScaling.Dynamic(scaling.required("factor"));
            case "llama3" ->
                new RotaryScaling.Llama3(
                        scaling.required("factor"),
                        scaling.required("low_freq_factor"),
                        scaling.required("high_freq_factor"),
                        (int) scaling.required("original_max_position_embeddings"));
            default ->
                throw ConfigRules.unsupported(
                        keys, "rope_type", name, "supported are default, linear, dynamic and llama3");
        };
    }
}
