package dev.rankine.lora.peft;

import dev.rankine.lora.Dora;
import dev.rankine.lora.DoraMethod;
import dev.rankine.lora.LoraMethod;
import dev.rankine.lora.LoraMethod.Scaling;
import dev.rankine.lora.LoraStart;
import dev.rankine.lora.Method;
import dev.rankine.lora.Targets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What {@code adapter_config.json} says of a LoRA or a DoRA.
 *
 * @param rank {@code r}, of modules without an entry in {@code rankPattern}
 * @param alpha {@code lora_alpha}, of modules without an entry in {@code alphaPattern}
 * @param scaling {@code use_rslora} or not
 * @param dora {@code use_dora} or not
 * @param dropout {@code lora_dropout}
 * @param rankPattern ranks by module: a path, the end of one, or a regular expression for either
 * @param alphaPattern alphas by module, likewise
 * @param placement which modules of which model
 */
public record LoraConfig(
        int rank,
        double alpha,
        Scaling scaling,
        boolean dora,
        double dropout,
        Map<String, Integer> rankPattern,
        Map<String, Double> alphaPattern,
        Placement placement)
        implements PeftConfig {
    public LoraConfig {
        rankPattern = Collections.unmodifiableMap(new LinkedHashMap<>(rankPattern));
        alphaPattern = Collections.unmodifiableMap(new LinkedHashMap<>(alphaPattern));
    }

    /** The rank of a module. */
    public int rank(String path) {
        return matched(rankPattern, path, rank);
    }

    /** s of a module. */
    public double scale(String path) {
        return scaling.of(matched(alphaPattern, path, alpha), rank(path));
    }

    @Override
    public Method method(Targets targets) {
        return dora
                ? new DoraMethod(rank, alpha, scaling, Dora.Norm.DETACHED, dropout, targets)
                : new LoraMethod(rank, alpha, scaling, LoraStart.UNIFORM, 1, dropout, targets);
    }

    /** As in PEFT the first key counts that stands for the path or its end behind a dot. */
    private static <V> V matched(Map<String, V> pattern, String path, V otherwise) {
        return pattern.entrySet().stream()
                .filter(entry -> keyMatches(entry.getKey(), path))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse(otherwise);
    }

    static boolean keyMatches(String key, String path) {
        return PathPattern.matches("(.*\\.)?(" + key + ")", path);
    }
}
