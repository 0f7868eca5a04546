package dev.rankine.lora.peft;

import dev.rankine.lora.Targets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which modules of which model an adapter is for.
 *
 * @param targetModules names of the adapted modules as in {@link Targets#matches}; empty if a pattern says it
 * @param targetPattern regular expression for whole paths instead of names, or {@value Targets#ALL_LINEAR}; null for names
 * @param restriction which of them it leaves out
 * @param modulesToSave names of the modules that were trained whole, such as {@code classifier}; usually none
 * @param base the model that it belongs to
 * @param taskType such as {@code CAUSAL_LM}; null for none, as must be for sequence to sequence
 */
public record Placement(
        List<String> targetModules,
        @Nullable String targetPattern,
        Restriction restriction,
        List<String> modulesToSave,
        BaseModel base,
        @Nullable String taskType) {
    public Placement {
        targetModules = List.copyOf(targetModules);
        modulesToSave = List.copyOf(modulesToSave);
    }

    /** The modules of these names, and some that were trained whole. */
    static Placement of(List<String> targetModules, List<String> modulesToSave, BaseModel base) {
        return new Placement(targetModules, null, Restriction.NONE, modulesToSave, base, null);
    }

    /** Whether a module is one to adapt. */
    public boolean targets(String path) {
        if (restriction.excludes(path)) {
            return false;
        }
        if (targetPattern == null) {
            // PEFT asks for the layer only where a name is not the whole path
            return targetModules.contains(path)
                    || targetModules.stream().anyMatch(name -> Targets.matches(name, path))
                            && restriction.isInLayers(path);
        }
        return targetPattern.equals(Targets.ALL_LINEAR) || PathPattern.matches(targetPattern, path);
    }
}
