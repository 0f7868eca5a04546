package dev.rankine.transformer.checkpoint;

import dev.rankine.transformer.NormOrder;
import dev.rankine.transformer.PositionKind;
import dev.rankine.transformer.TransformerSettings;
import dev.rankine.transformer.TransformerSettings.Dropouts;
import dev.rankine.transformer.TransformerSettings.Form;
import dev.rankine.transformer.TransformerSettings.Stack;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * The {@code config.json} of a BART (post-norm) or mBART (pre-norm) folder. Missing keys have Hugging Face's defaults;
 * a value that would mean another computation than the one that {@link dev.rankine.transformer.Bart} makes is refused.
 *
 * @param settings the form of the model
 * @param symbols the ids with a meaning
 * @param others every other key, kept for writing the folder again
 */
public record BartConfig(TransformerSettings settings, Symbols symbols, Map<String, JsonNode> others) {
    public BartConfig {
        others = Collections.unmodifiableMap(new LinkedHashMap<>(others));
        int vocabulary = settings.vocabulary();
        symbols.requireBelow(vocabulary);
        if (!settings.form().positions().equals(PositionKind.LEARNED)) {
            throw new IllegalArgumentException("BART folders hold learned positions; this model has "
                    + settings.form().positions() + " ones and cannot be written as BART");
        }
    }

    /**
     * Symbols with a meaning.
     *
     * @param padding fills sequences
     * @param start begins a sequence ({@code bos})
     * @param end ends a sequence ({@code eos})
     * @param decoderStart what the decoder reads first
     */
    public record Symbols(int padding, int start, int end, int decoderStart) {
        private void requireBelow(int vocabulary) {
            requireBelow(vocabulary, "pad_token_id", padding);
            requireBelow(vocabulary, "bos_token_id", start);
            requireBelow(vocabulary, "eos_token_id", end);
            requireBelow(vocabulary, "decoder_start_token_id", decoderStart);
        }

        private static void requireBelow(int vocabulary, String key, int id) {
            if (id < 0 || id >= vocabulary) {
                throw new IllegalArgumentException("'" + key + "' is " + id + ", the vocabulary has " + vocabulary);
            }
        }
    }

    /** A configuration with nothing but what the model needs. */
    public static BartConfig of(TransformerSettings settings, Symbols symbols) {
        return new BartConfig(settings, symbols, Map.of());
    }

    /** The same with a string that belongs to the model, such as the characters of its vocabulary. */
    public BartConfig with(String key, String value) {
        Map<String, JsonNode> more = new LinkedHashMap<>(others);
        more.put(key, JsonMapper.shared().getNodeFactory().stringNode(value));
        return new BartConfig(settings, symbols, more);
    }

    /** A string that belongs to the model, such as {@code grapheme_chars}. */
    public Optional<String> text(String key) {
        return Optional.ofNullable(others.get(key)).filter(JsonNode::isString).map(JsonNode::stringValue);
    }

    /** The keys whose meaning is not known here, in the file's order: for a line to the user. */
    public List<String> unknownKeys() {
        return ConfigRules.unknown(others.keySet());
    }

    /** @throws CheckpointException naming the file and the key that is wrong or not supported */
    public static BartConfig read(Path file) {
        return read(ConfigKeys.read(file));
    }

    static BartConfig read(ConfigKeys keys) {
        NormOrder norms = BartKeys.architecture(keys);
        BartKeys.requireSupported(keys, norms);
        try {
            return parse(keys, norms);
        } catch (IllegalArgumentException outOfRange) {
            throw CheckpointException.in(keys.file(), String.valueOf(outOfRange.getMessage()), outOfRange);
        }
    }

    private static BartConfig parse(ConfigKeys keys, NormOrder norms) {
        Form form = new Form(
                ConfigRules.activation(keys, "activation_function", "gelu"),
                norms,
                PositionKind.LEARNED,
                keys.flag("scale_embedding", false));
        TransformerSettings settings = new TransformerSettings(
                keys.integer("vocab_size", 50_265),
                keys.integer("d_model", 1024),
                keys.integer("max_position_embeddings", 1024),
                stack(keys, "encoder"),
                stack(keys, "decoder"),
                form,
                new Dropouts(
                        keys.number("dropout", 0.1),
                        keys.number("attention_dropout", 0),
                        keys.number("activation_dropout", 0)),
                keys.number("init_std", 0.02));
        Symbols symbols = new Symbols(
                keys.integer("pad_token_id", 1),
                keys.integer("bos_token_id", 0),
                keys.integer("eos_token_id", 2),
                BartKeys.decoderStart(keys, norms));
        return new BartConfig(settings, symbols, keys.others());
    }

    private static Stack stack(ConfigKeys keys, String name) {
        return new Stack(
                keys.integer(name + "_layers", 12),
                keys.integer(name + "_attention_heads", 16),
                keys.integer(name + "_ffn_dim", 4096));
    }

    /** The text of a {@code config.json}, which {@link #read} gives back as this. */
    public String toJson() {
        ObjectNode root = JsonMapper.shared().createObjectNode();
        BartKeys.writeArchitecture(root, settings.form().norms());
        root.put("activation_function", BartKeys.name(settings.form().activation()));
        root.put("vocab_size", settings.vocabulary());
        root.put("d_model", settings.width());
        root.put("max_position_embeddings", settings.maxPositions());
        writeStack(root, "encoder", settings.encoder());
        writeStack(root, "decoder", settings.decoder());
        root.put("scale_embedding", settings.form().scaleEmbedding());
        root.put("dropout", settings.dropout().residual());
        root.put("attention_dropout", settings.dropout().attention());
        root.put("activation_dropout", settings.dropout().activation());
        root.put("init_std", settings.initStd());
        root.put("pad_token_id", symbols.padding());
        root.put("bos_token_id", symbols.start());
        root.put("eos_token_id", symbols.end());
        root.put("decoder_start_token_id", symbols.decoderStart());
        others.forEach(root::set);
        return root.toPrettyString() + "\n";
    }

    private static void writeStack(ObjectNode root, String name, Stack stack) {
        root.put(name + "_layers", stack.layers());
        root.put(name + "_attention_heads", stack.heads());
        root.put(name + "_ffn_dim", stack.feedForward());
    }
}
