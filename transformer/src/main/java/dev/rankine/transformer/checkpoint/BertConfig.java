package dev.rankine.transformer.checkpoint;

import dev.rankine.transformer.BertSettings;
import dev.rankine.transformer.BertSettings.Kind;
import dev.rankine.transformer.NormOrder;
import dev.rankine.transformer.PositionKind;
import dev.rankine.transformer.TransformerSettings;
import dev.rankine.transformer.TransformerSettings.Dropouts;
import dev.rankine.transformer.TransformerSettings.Form;
import dev.rankine.transformer.TransformerSettings.Stack;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/**
 * The {@code config.json} of a BERT or RoBERTa folder. Missing keys have Hugging Face's defaults.
 *
 * @param settings the form of the model
 * @param padding the id that fills sequences
 * @param others every other key, such as {@code id2label}
 */
public record BertConfig(BertSettings settings, int padding, Map<String, JsonNode> others) {
    public BertConfig {
        others = Collections.unmodifiableMap(new LinkedHashMap<>(others));
        if (padding < 0 || padding >= settings.body().vocabulary()) {
            throw new IllegalArgumentException("'pad_token_id' is " + padding + ", the vocabulary has "
                    + settings.body().vocabulary());
        }
    }

    /** The keys whose meaning is not known here, in the file's order: for a line to the user. */
    public List<String> unknownKeys() {
        return ConfigRules.unknown(others.keySet());
    }

    static BertConfig read(ConfigKeys keys, Kind kind) {
        ConfigRules.requireWhole(keys);
        ConfigRules.requireFlag(keys, "is_decoder", false);
        ConfigRules.requireFlag(keys, "is_encoder_decoder", false);
        ConfigRules.requireFlag(keys, "add_cross_attention", false);
        ConfigRules.requireFlag(keys, "tie_word_embeddings", true);
        String places = keys.text("position_embedding_type");
        if (places != null && !places.equals("absolute")) {
            throw ConfigRules.unsupported(
                    keys, "position_embedding_type", places, "a trained row for each place is computed");
        }
        try {
            return parse(keys, kind);
        } catch (IllegalArgumentException outOfRange) {
            throw CheckpointException.in(keys.file(), String.valueOf(outOfRange.getMessage()), outOfRange);
        }
    }

    private static BertConfig parse(ConfigKeys keys, Kind kind) {
        boolean roberta = kind == Kind.ROBERTA;
        int padding = keys.integer("pad_token_id", roberta ? 1 : 0);
        int first = kind.layout().stack().firstPosition();
        if (roberta && padding + 1 != first) {
            throw ConfigRules.unsupported(
                    keys, "pad_token_id", padding, "RoBERTa's places begin behind it, at row " + first);
        }
        double hiddenDropout = keys.number("hidden_dropout_prob", 0.1);
        Stack stack = new Stack(
                keys.integer("num_hidden_layers", 12),
                keys.integer("num_attention_heads", 12),
                keys.integer("intermediate_size", 3072));
        Form form = new Form(
                ConfigRules.activation(keys, "hidden_act", "gelu"),
                NormOrder.POST,
                PositionKind.LEARNED,
                false,
                keys.number("layer_norm_eps", 1e-12),
                kind.layout());
        TransformerSettings body = new TransformerSettings(
                keys.integer("vocab_size", roberta ? 50_265 : 30_522),
                keys.integer("hidden_size", 768),
                keys.integer("max_position_embeddings", 512) - first,
                stack,
                stack,
                form,
                new Dropouts(hiddenDropout, keys.number("attention_probs_dropout_prob", 0.1), 0),
                keys.number("initializer_range", 0.02));
        BertSettings settings = new BertSettings(
                kind, body, keys.integer("type_vocab_size", 2), keys.number("classifier_dropout", hiddenDropout));
        return new BertConfig(settings, padding, keys.others());
    }
}
