package dev.rankine.transformer.checkpoint;

import dev.rankine.transformer.Activation;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** What the configurations of all families have in common. */
final class ConfigRules {
    private static final Map<String, Activation> ACTIVATIONS = Map.of(
            "gelu", Activation.GELU,
            "gelu_new", Activation.GELU_TANH,
            "gelu_pytorch_tanh", Activation.GELU_TANH,
            "relu", Activation.RELU);

    /** Keys that change how the weights are stored or which parts of them are there. */
    private static final List<String> ABSENT =
            List.of("quantization_config", "compression_config", "pruned_heads", "cross_attention_hidden_size");

    private ConfigRules() {}

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

    static CheckpointException unsupported(ConfigKeys keys, String key, Object value, String why) {
        return CheckpointException.in(keys.file(), "'" + key + "': " + value + " is not supported: " + why);
    }
}
