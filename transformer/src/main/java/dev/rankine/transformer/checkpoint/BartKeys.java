package dev.rankine.transformer.checkpoint;

import dev.rankine.transformer.Activation;
import dev.rankine.transformer.NormOrder;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.node.ObjectNode;

/** The keys of BART's configuration whose values are names or flags, and which of those values are supported. */
final class BartKeys {
    /** Flags whose other value means another computation. */
    private static final Map<String, Boolean> FIXED = Map.of(
            "is_encoder_decoder", true,
            "is_decoder", false,
            "add_cross_attention", false,
            "tie_word_embeddings", true,
            "tie_encoder_decoder", false,
            "normalize_embedding", true,
            "static_position_embeddings", false);

    /** Flags that an mBART has and a BART has not. */
    private static final List<String> PRE_NORM = List.of("normalize_before", "add_final_layer_norm");

    private static final List<String> LAYER_DROPS = List.of("encoder_layerdrop", "decoder_layerdrop");

    private BartKeys() {}

    /** BART has post-norm layers, mBART pre-norm ones. */
    static NormOrder architecture(ConfigKeys keys) {
        Architecture found = Architecture.of(keys);
        return switch (found) {
            case BART -> NormOrder.POST;
            case MBART -> NormOrder.PRE;
            default ->
                throw Architecture.unfit(
                        keys, found, "reading one sequence and writing another", Architecture.BART, Architecture.MBART);
        };
    }

    static void writeArchitecture(ObjectNode root, NormOrder norms) {
        Architecture architecture = norms == NormOrder.POST ? Architecture.BART : Architecture.MBART;
        root.putArray("architectures").add(architecture.names().getFirst());
        root.put("model_type", architecture.type());
        root.put("is_encoder_decoder", true);
        root.put("tie_word_embeddings", true);
    }

    /** Refuses every value that means another computation. */
    static void requireSupported(ConfigKeys keys, NormOrder norms) {
        FIXED.forEach((key, supported) -> ConfigRules.requireFlag(keys, key, supported));
        PRE_NORM.forEach(key -> ConfigRules.requireFlag(keys, key, norms == NormOrder.PRE));
        for (String key : LAYER_DROPS) {
            double probability = keys.number(key, 0);
            if (probability != 0) {
                throw ConfigRules.unsupported(keys, key, probability, "whole layers are never dropped; set it to 0");
            }
        }
        int offset = keys.integer("extra_pos_embeddings", 2);
        if (offset != 2) {
            throw ConfigRules.unsupported(keys, "extra_pos_embeddings", offset, "BART's positions begin at row 2");
        }
        ConfigRules.requireWhole(keys);
        requireAlias(keys, "hidden_size", keys.integer("d_model", 1024));
        requireAlias(keys, "num_attention_heads", keys.integer("encoder_attention_heads", 16));
    }

    /** Hugging Face reads these keys as other names of the same setting. */
    private static void requireAlias(ConfigKeys keys, String key, int meant) {
        int value = keys.integer(key, meant);
        if (value != meant) {
            throw ConfigRules.unsupported(
                    keys, key, value, "it is another name of a setting that is " + meant + " here");
        }
    }

    static String name(Activation activation) {
        return switch (activation) {
            case GELU -> "gelu";
            case GELU_TANH -> "gelu_new";
            case RELU -> "relu";
            case SILU -> "silu";
        };
    }

    static int decoderStart(ConfigKeys keys, NormOrder norms) {
        String key = "decoder_start_token_id";
        if (norms == NormOrder.PRE && keys.get(key) == null) {
            throw CheckpointException.in(
                    keys.file(), "'" + key + "' is missing: it differs between mBART models, so there is no default");
        }
        return keys.integer(key, 2);
    }
}
