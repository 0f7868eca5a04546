package dev.rankine.lora.peft;

import dev.rankine.lora.Method;
import dev.rankine.lora.Targets;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What {@code adapter_config.json} says, by the kind of adapter. */
public sealed interface PeftConfig permits LoraConfig, AdaLoraConfig {
    /** Names of the adapted modules as in {@link Targets#matches}; empty if a pattern says it. */
    List<String> targetModules();

    /** Regular expression for whole paths instead of names, or {@value Targets#ALL_LINEAR}; null for names. */
    @Nullable
    String targetPattern();

    /** The model that it belongs to. */
    BaseModel base();

    /** Such as {@code CAUSAL_LM}; null for none, as must be for sequence to sequence. */
    @Nullable
    String taskType();

    /** The method that made it, for these modules. */
    Method method(Targets targets);

    /** Whether a module is one to adapt. */
    default boolean targets(String path) {
        String pattern = targetPattern();
        if (pattern == null) {
            return targetModules().stream().anyMatch(name -> Targets.matches(name, path));
        }
        return pattern.equals(Targets.ALL_LINEAR)
                || Pattern.compile(pattern).matcher(path).matches();
    }
}
