package dev.rankine.lora.peft;

import dev.rankine.lora.Targets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which modules of which model an adapter is for.
 *
 * @param targetModules names of the adapted modules as in {@link Targets#matches}; empty if a pattern says it
 * @param targetPattern regular expression for whole paths instead of names, or {@value Targets#ALL_LINEAR}; null for names
 * @param modulesToSave names of the modules that were trained whole, such as {@code classifier}; usually none
 * @param base the model that it belongs to
 * @param taskType such as {@code CAUSAL_LM}; null for none, as must be for sequence to sequence
 */
public record Placement(
        List<String> targetModules,
        @Nullable String targetPattern,
        List<String> modulesToSave,
        BaseModel base,
        @Nullable String taskType) {
    public Placement {
        targetModules = List.copyOf(targetModules);
        modulesToSave = List.copyOf(modulesToSave);
    }

    /** The modules of these names, and some that were trained whole. */
    static Placement of(List<String> targetModules, List<String> modulesToSave, BaseModel base) {
        return new Placement(targetModules, null, modulesToSave, base, null);
    }

    /** Whether a module is one to adapt. */
    public boolean targets(String path) {
        if (targetPattern == null) {
            return targetModules.stream().anyMatch(name -> Targets.matches(name, path));
        }
        return targetPattern.equals(Targets.ALL_LINEAR) || PathPattern.matches(targetPattern, path);
    }
}
