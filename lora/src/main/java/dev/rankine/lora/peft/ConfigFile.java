package dev.rankine.lora.peft;

import dev.rankine.lora.LoraMethod.Scaling;
import dev.rankine.tensor.files.SmallFile;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Reads {@code adapter_config.json}. Every key is known, and has a value that changes nothing or is taken over. */
final class ConfigFile {
    static final String NAME = "adapter_config.json";

    /** Keys whose every other value asks for something that is not LoRA as it is here, with the value that is. */
    static final Map<String, String> NEUTRAL = neutral();

    /**
     * Keys without a meaning for an adapter that is trained. {@code fan_in_fan_out} says that the weight is stored [I, O], as
     * GPT-2's are; A and B are not, and PEFT sets it by the kind of layer, whatever the file says.
     */
    private static final Set<String> WITHOUT_EFFECT = Set.of(
            "peft_version",
            "revision",
            "inference_mode",
            "megatron_core",
            "qalora_group_size",
            "auto_mapping",
            "fan_in_fan_out");

    private static final Set<String> MEANT = Set.of(
            "peft_type",
            "r",
            "lora_alpha",
            "use_rslora",
            "use_dora",
            "lora_dropout",
            "rank_pattern",
            "alpha_pattern",
            "target_modules",
            "exclude_modules",
            "layers_to_transform",
            "layers_pattern",
            "modules_to_save",
            "base_model_name_or_path",
            "task_type",
            "init_lora_weights");

    /** Keys of AdaLoRA alone: the rank of the start, and the schedule, without a meaning once it is trained. */
    private static final Set<String> ONLY_ADALORA = Set.of(
            "init_r", "target_r", "tinit", "tfinal", "deltaT", "beta1", "beta2", "orth_reg_weight", "total_step");

    static final JsonMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    private final Path file;
    private final JsonNode root;

    private ConfigFile(Path file, JsonNode root) {
        this.file = file;
        this.root = root;
    }

    private static Map<String, String> neutral() {
        Map<String, String> neutral = new TreeMap<>();
        for (String key : List.of(
                "alora_invocation_tokens",
                "arrow_config",
                "corda_config",
                "eva_config",
                "kasa_config",
                "layer_replication",
                "lora_ga_config",
                "megatron_config",
                "monteclora_config",
                "target_parameters",
                "trainable_token_indices",
                "use_bdlora",
                "velora_config")) {
            neutral.put(key, "null");
        }
        for (String key : List.of("ensure_weight_tying", "lora_bias", "use_qalora")) {
            neutral.put(key, "false");
        }
        neutral.put("bias", "\"none\"");
        neutral.put("loftq_config", "{}");
        return neutral;
    }

    /** @throws PeftException naming the key that is missing, unknown, or asks for something else */
    static PeftConfig read(Path file) {
        JsonNode root;
        try {
            root = JSON.readTree(SmallFile.text(file));
        } catch (NoSuchFileException missing) {
            throw new PeftException(file, "there is no such file, so the folder holds no adapter of PEFT's", missing);
        } catch (IOException | JacksonException unreadable) {
            throw new PeftException(file, "cannot be read: " + unreadable.getMessage(), unreadable);
        }
        return new ConfigFile(file, root).parse();
    }

    private PeftConfig parse() {
        return switch (String.valueOf(text("peft_type"))) {
            case "LORA" -> lora();
            case "ADALORA" -> adalora();
            default ->
                throw new PeftException(
                        file, "peft_type is " + root.path("peft_type") + "; only \"LORA\" and \"ADALORA\" can be read");
        };
    }

    private LoraConfig lora() {
        requireMeantKeys(Set.of());
        requireOriginalWeights();
        return new LoraConfig(
                whole("r"),
                number("lora_alpha", root.path("lora_alpha")),
                flag("use_rslora") ? Scaling.RANK_STABILIZED : Scaling.STANDARD,
                flag("use_dora"),
                dropout(),
                pattern("rank_pattern", node -> Math.toIntExact(Math.round(number("rank_pattern", node)))),
                pattern("alpha_pattern", node -> number("alpha_pattern", node)),
                placement());
    }

    private AdaLoraConfig adalora() {
        requireMeantKeys(ONLY_ADALORA);
        if (flag("use_rslora")
                || flag("use_dora")
                || !root.path("alpha_pattern").isEmpty()) {
            throw new PeftException(file, "AdaLoRA has no use_rslora, use_dora or alpha_pattern, this one asks for it");
        }
        int initialRank = whole("init_r");
        double alpha = number("lora_alpha", root.path("lora_alpha"));
        return new AdaLoraConfig(
                initialRank, alpha > 0 ? alpha : initialRank, dropout(), kept(initialRank), placement());
    }

    /** Counts the flags of {@code rank_pattern}, whose keys are module paths and {@code .lora_E}. */
    private Map<String, Integer> kept(int initialRank) {
        Map<String, Integer> kept = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> module : root.path("rank_pattern").properties()) {
            int count = 0;
            for (JsonNode flag : module.getValue()) {
                count += flag.isBoolean() && flag.booleanValue() ? 1 : 0;
            }
            boolean flags = module.getValue().isArray()
                    && module.getValue().size() == initialRank
                    && module.getValue().valueStream().allMatch(JsonNode::isBoolean);
            if (!flags || !module.getKey().endsWith(PeftFolder.SVD_E)) {
                throw new PeftException(
                        file,
                        "rank_pattern must give the lora_E of every module " + initialRank + " flags, '"
                                + module.getKey() + "' is " + module.getValue());
            }
            kept.put(module.getKey().substring(0, module.getKey().length() - PeftFolder.SVD_E.length()), count);
        }
        return kept;
    }

    private void requireMeantKeys(Set<String> more) {
        for (String key : root.propertyNames()) {
            String neutral = NEUTRAL.get(key);
            if (neutral != null
                    && !root.path(key).equals(JSON.readTree(neutral))
                    && !root.path(key).isNull()) {
                throw new PeftException(
                        file, "'" + key + "' is " + root.path(key) + "; only " + neutral + " can be read");
            }
            if (neutral == null && !MEANT.contains(key) && !WITHOUT_EFFECT.contains(key) && !more.contains(key)) {
                throw new PeftException(file, "unknown key '" + key + "': what it asks for would be ignored");
            }
        }
    }

    private int whole(String key) {
        return Math.toIntExact(Math.round(number(key, root.path(key))));
    }

    private double dropout() {
        return root.has("lora_dropout") ? number("lora_dropout", root.path("lora_dropout")) : 0;
    }

    /** Starts such as PiSSA's change the base weights, so their factors alone are not the whole change. */
    private void requireOriginalWeights() {
        JsonNode start = root.path("init_lora_weights");
        boolean keepsBase = start.isMissingNode()
                || start.isBoolean()
                || start.isNull()
                || (start.isString() && Set.of("gaussian", "orthogonal").contains(start.stringValue()));
        if (!keepsBase) {
            throw new PeftException(
                    file,
                    "'init_lora_weights' is " + start
                            + ", a start that changes the base weights: save it in PEFT with"
                            + " path_initial_model_for_weight_conversion first");
        }
    }

    private Placement placement() {
        JsonNode targets = root.path("target_modules");
        JsonNode whole = root.path("modules_to_save");
        JsonNode layers = root.path("layers_to_transform");
        JsonNode layerNames = root.path("layers_pattern");
        if (isThere(layers) && targets.isString() || isThere(layerNames) && !isThere(layers)) {
            throw new PeftException(
                    file, "'layers_to_transform' needs names in target_modules, and 'layers_pattern' needs both");
        }
        JsonNode excluded = root.path("exclude_modules");
        Restriction restriction = new Restriction(
                isThere(excluded) && !excluded.isString() ? names("exclude_modules", excluded) : List.of(),
                excluded.isString() ? PathPattern.checked(file, excluded.stringValue()) : null,
                isThere(layers) ? layers(layers) : List.of(),
                isThere(layerNames) ? layerNames(layerNames) : List.of());
        return new Placement(
                targets.isString() ? List.of() : names("target_modules", targets),
                targets.isString() ? PathPattern.checked(file, targets.stringValue()) : null,
                restriction,
                whole.isNull() || whole.isMissingNode() ? List.of() : names("modules_to_save", whole),
                base(),
                text("task_type"));
    }

    private static boolean isThere(JsonNode node) {
        return !node.isNull()
                && !node.isMissingNode()
                && !(node.isArray() && node.isEmpty())
                && !node.asString("-").isEmpty();
    }

    /** One number or a list of them. */
    private List<Integer> layers(JsonNode node) {
        List<Integer> layers = new ArrayList<>();
        for (JsonNode layer : node.isArray() ? node : JSON.createArrayNode().add(node)) {
            if (!layer.isInt() || layer.intValue() < 0) {
                throw new PeftException(file, "'layers_to_transform' must be numbers from 0, it is " + node);
            }
            layers.add(layer.intValue());
        }
        return layers;
    }

    /** One expression or a list of them. */
    private List<String> layerNames(JsonNode node) {
        List<String> given = node.isString() ? List.of(node.stringValue()) : names("layers_pattern", node);
        return given.stream().map(name -> PathPattern.checked(file, name)).toList();
    }

    private BaseModel base() {
        String name = text("base_model_name_or_path");
        JsonNode mapping = root.path("auto_mapping");
        String library = text(mapping.path("parent_library"));
        return new BaseModel(
                name == null ? "" : name,
                text(mapping.path("base_model_class")),
                library == null ? null : library.substring(library.lastIndexOf('_') + 1));
    }

    private @Nullable String text(String key) {
        return text(root.path(key));
    }

    private static @Nullable String text(JsonNode node) {
        return node.isString() ? node.stringValue() : null;
    }

    private boolean flag(String key) {
        JsonNode node = root.path(key);
        if (!node.isBoolean() && !node.isNull() && !node.isMissingNode()) {
            throw new PeftException(file, "'" + key + "' must be true or false, it is " + node);
        }
        return node.isBoolean() && node.booleanValue();
    }

    private double number(String key, JsonNode node) {
        if (!node.isNumber() || !(node.doubleValue() >= 0)) {
            throw new PeftException(file, "'" + key + "' must be a number from 0, it is " + node);
        }
        return node.doubleValue();
    }

    private <V> Map<String, V> pattern(String key, Function<JsonNode, V> value) {
        Map<String, V> pattern = new LinkedHashMap<>();
        JsonNode node = root.path(key);
        if (!node.isObject() && !node.isNull() && !node.isMissingNode()) {
            throw new PeftException(file, "'" + key + "' must be an object, it is " + node);
        }
        for (Map.Entry<String, JsonNode> property : node.properties()) {
            pattern.put(PathPattern.checked(file, property.getKey()), value.apply(property.getValue()));
        }
        return pattern;
    }

    private List<String> names(String key, JsonNode node) {
        List<String> names = new ArrayList<>();
        for (JsonNode name : node) {
            if (!name.isString()) {
                throw new PeftException(file, "'" + key + "' holds " + name + ", which is no name");
            }
            names.add(name.stringValue());
        }
        if (names.isEmpty()) {
            throw new PeftException(file, "'" + key + "' must name modules, it is " + node);
        }
        return names;
    }
}
