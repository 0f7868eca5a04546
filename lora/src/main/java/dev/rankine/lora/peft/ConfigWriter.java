package dev.rankine.lora.peft;

import dev.rankine.lora.LoraMethod.Scaling;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.util.DefaultIndenter;
import tools.jackson.core.util.DefaultPrettyPrinter;
import tools.jackson.core.util.Separators;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Makes {@code adapter_config.json}: sorted keys, indented by 2, with all the keys that PEFT 0.21 writes. */
final class ConfigWriter {
    private static final String PEFT_VERSION = "0.21.0";
    private static final JsonMapper JSON = ConfigFile.JSON;

    private ConfigWriter() {}

    static String text(PeftConfig config) {
        Map<String, Object> keys = new TreeMap<>();
        ConfigFile.NEUTRAL.forEach((key, value) -> keys.put(key, JSON.readTree(value)));
        common(keys, config.placement());
        switch (config) {
            case LoraConfig lora -> lora(keys, lora);
            case AdaLoraConfig adalora -> adalora(keys, adalora);
        }
        return JSON.writer().with(pythonStyle()).writeValueAsString(JSON.valueToTree(keys));
    }

    private static void common(Map<String, Object> keys, Placement placement) {
        BaseModel base = placement.base();
        put(keys, "auto_mapping", autoMapping(base));
        put(keys, "base_model_name_or_path", base.nameOrPath());
        Set.of("exclude_modules", "layers_pattern", "layers_to_transform").forEach(key -> put(keys, key, null));
        put(keys, "fan_in_fan_out", base.storesInputsFirst());
        put(keys, "inference_mode", true);
        put(keys, "init_lora_weights", true);
        put(keys, "megatron_core", "megatron.core");
        put(keys, "modules_to_save", placement.modulesToSave().isEmpty() ? null : placement.modulesToSave());
        put(keys, "peft_version", PEFT_VERSION);
        put(keys, "qalora_group_size", 16);
        put(keys, "revision", null);
        String pattern = placement.targetPattern();
        put(keys, "target_modules", pattern == null ? placement.targetModules() : pattern);
        put(keys, "task_type", placement.taskType());
    }

    private static void lora(Map<String, Object> keys, LoraConfig config) {
        put(keys, "alpha_pattern", sortedNumbers(config.alphaPattern()));
        put(keys, "lora_alpha", number(config.alpha()));
        put(keys, "lora_dropout", config.dropout());
        put(keys, "peft_type", "LORA");
        put(keys, "r", config.rank());
        put(keys, "rank_pattern", new TreeMap<>(config.rankPattern()));
        put(keys, "use_dora", config.dora());
        put(keys, "use_rslora", config.scaling() == Scaling.RANK_STABILIZED);
    }

    /** The schedule is over: it is given as one without an allocation, since PEFT wants one that it could run. */
    private static void adalora(Map<String, Object> keys, AdaLoraConfig config) {
        put(keys, "alpha_pattern", Map.of());
        put(keys, "beta1", .85);
        put(keys, "beta2", .85);
        put(keys, "deltaT", 1);
        put(keys, "init_r", config.initialRank());
        put(keys, "lora_alpha", number(config.alpha()));
        put(keys, "lora_dropout", config.dropout());
        put(keys, "orth_reg_weight", .5);
        put(keys, "peft_type", "ADALORA");
        put(keys, "r", config.initialRank());
        put(keys, "rank_pattern", null);
        put(keys, "target_r", config.initialRank());
        put(keys, "tfinal", 0);
        put(keys, "tinit", 0);
        put(keys, "total_step", 1);
        put(keys, "use_dora", false);
        put(keys, "use_rslora", false);
    }

    private static void put(Map<String, Object> keys, String key, @Nullable Object value) {
        keys.put(key, JSON.valueToTree(value));
    }

    private static Map<String, JsonNode> sortedNumbers(Map<String, Double> values) {
        Map<String, JsonNode> sorted = new LinkedHashMap<>();
        new TreeMap<>(values).forEach((key, value) -> sorted.put(key, number(value)));
        return sorted;
    }

    private static JsonNode number(double value) {
        boolean whole = value == Math.rint(value) && Math.abs(value) < 1e9;
        return whole ? JSON.valueToTree((long) value) : JSON.valueToTree(value);
    }

    private static @Nullable Map<String, String> autoMapping(BaseModel base) {
        String family = base.modelType();
        if (base.architecture() == null || family == null) {
            return null;
        }
        Map<String, String> mapping = new LinkedHashMap<>();
        mapping.put("base_model_class", base.architecture());
        mapping.put("parent_library", "transformers.models." + family + ".modeling_" + family);
        return mapping;
    }

    /** As {@code json.dumps(..., indent=2)} lays a file out. */
    private static DefaultPrettyPrinter pythonStyle() {
        DefaultIndenter lines = new DefaultIndenter("  ", "\n");
        return new DefaultPrettyPrinter(Separators.createDefaultInstance()
                        .withObjectNameValueSpacing(Separators.Spacing.AFTER)
                        .withObjectEmptySeparator("")
                        .withArrayEmptySeparator(""))
                .withObjectIndenter(lines)
                .withArrayIndenter(lines);
    }
}
