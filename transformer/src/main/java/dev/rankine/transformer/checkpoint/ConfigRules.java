package dev.rankine.transformer.checkpoint;

import dev.rankine.transformer.Activation;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** What the configurations of all families have in common. */
final class ConfigRules {
    private static final Map<String, Activation> ACTIVATIONS = Map.of(
            "gelu", Activation.GELU,
            "gelu_new", Activation.GELU_TANH,
            "gelu_pytorch_tanh", Activation.GELU_TANH,
            "relu", Activation.RELU,
            "silu", Activation.SILU);

    /** Keys that change how the weights are stored or which parts of them are there. */
    private static final List<String> ABSENT =
            List.of("quantization_config", "compression_config", "pruned_heads", "cross_attention_hidden_size");

    /** Keys known to leave the scores of the model alone: names, hints for tools, settings of generation and heads. */
    private static final Set<String> WITHOUT_EFFECT = Set.of(
            "_name_or_path",
            "bos_token_id",
            "_num_labels",
            "add_bias_logits",
            "attn_implementation",
            "_attn_implementation_autoset",
            "bad_words_ids",
            "begin_suppress_tokens",
            "chunk_size_feed_forward",
            "classif_dropout",
            "classifier_dropout",
            "diversity_penalty",
            "do_sample",
            "early_stopping",
            "eos_token_id",
            "encoder_no_repeat_ngram_size",
            "exponential_decay_length_penalty",
            "finetuning_task",
            "forced_bos_token_id",
            "forced_eos_token_id",
            "force_bos_token_to_be_generated",
            "gradient_checkpointing",
            "grapheme_chars",
            "id2label",
            "label2id",
            "length_penalty",
            "max_length",
            "min_length",
            "no_repeat_ngram_size",
            "num_beam_groups",
            "num_beams",
            "num_hidden_layers",
            "num_labels",
            "num_return_sequences",
            "pretraining_tp",
            "output_attentions",
            "output_hidden_states",
            "output_past",
            "output_scores",
            "phoneme_chars",
            "prefix",
            "problem_type",
            "remove_invalid_values",
            "repetition_penalty",
            "return_dict",
            "return_dict_in_generate",
            "save_step",
            "sep_token_id",
            "summary_activation",
            "summary_first_dropout",
            "summary_proj_to_labels",
            "summary_type",
            "summary_use_proj",
            "suppress_tokens",
            "task_specific_params",
            "temperature",
            "tf_legacy_loss",
            "tokenizer_class",
            "top_k",
            "top_p",
            "torchscript",
            "transformers_version",
            "typical_p",
            "use_bfloat16",
            "use_cache",
            "xla_device");

    private ConfigRules() {}

    /** The keys, of those that nothing read, whose meaning is not known either: for a line to the user. */
    static List<String> unknown(Set<String> unread) {
        return unread.stream().filter(key -> !WITHOUT_EFFECT.contains(key)).toList();
    }

    /** A flag whose other value means another computation. */
    static void requireFlag(ConfigKeys keys, String key, boolean supported) {
        boolean value = keys.flag(key, supported);
        if (value != supported) {
            throw unsupported(keys, key, value, "this architecture is computed with " + supported);
        }
    }

    /** Refuses keys after which the weights are not those of the full model. */
    static void requireWhole(ConfigKeys keys) {
        for (String key : ABSENT) {
            JsonNode value = keys.get(key);
            if (value != null && !(value.isContainer() && value.isEmpty())) {
                throw unsupported(keys, key, value, "use the folder of the full model");
            }
        }
        // of the stored weights, which say it themselves
        keys.get("dtype");
        keys.get("torch_dtype");
    }

    static Activation activation(ConfigKeys keys, String key, String missing) {
        String given = keys.text(key);
        String name = given == null ? missing : given;
        Activation activation = ACTIVATIONS.get(name);
        if (activation == null) {
            throw CheckpointException.in(
                    keys.file(),
                    "'" + key + "' " + name + " is not known; supported are "
                            + ACTIVATIONS.keySet().stream().sorted().toList());
        }
        return activation;
    }

    /** The id of a symbol; null where the model has none, which some folders write as -1. */
    static @Nullable Integer symbol(ConfigKeys keys, String key, int vocabulary) {
        int id = keys.integer(key, -1);
        if (id >= vocabulary) {
            throw CheckpointException.in(keys.file(), "'" + key + "' is " + id + ", the vocabulary has " + vocabulary);
        }
        return id < 0 ? null : Integer.valueOf(id);
    }

    /** One id or a list of them. */
    static List<Integer> symbols(ConfigKeys keys, String key, int vocabulary) {
        JsonNode value = keys.get(key);
        if (value == null || !value.isArray()) {
            Integer one = symbol(keys, key, vocabulary);
            return one == null ? List.of() : List.of(one);
        }
        List<Integer> ids = new ArrayList<>();
        for (JsonNode id : value) {
            if (!id.isIntegralNumber() || !id.canConvertToInt() || id.intValue() < 0 || id.intValue() >= vocabulary) {
                throw CheckpointException.in(
                        keys.file(), "'" + key + "' holds " + id + ", the vocabulary has " + vocabulary + " symbols");
            }
            ids.add(id.intValue());
        }
        return ids;
    }

    static CheckpointException unsupported(ConfigKeys keys, String key, Object value, String why) {
        return CheckpointException.in(keys.file(), "'" + key + "': " + value + " is not supported: " + why);
    }
}
