package dev.rankine.lora.peft;

import dev.rankine.lora.AdaLoraMethod;
import dev.rankine.lora.Method;
import dev.rankine.lora.SvdLora;
import dev.rankine.lora.Targets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What {@code adapter_config.json} says of an AdaLoRA that has been trained; its schedule has no effect any more.
 *
 * @param initialRank {@code init_r}; PEFT ignores {@code r}
 * @param alpha {@code lora_alpha}, or {@code init_r} where that is 0
 * @param dropout {@code lora_dropout}
 * @param kept how many triplets each module has left, from the flags of {@code rank_pattern}; empty if none was pruned
 * @param placement which modules of which model
 */
public record AdaLoraConfig(
        int initialRank, double alpha, double dropout, Map<String, Integer> kept, Placement placement)
        implements PeftConfig {
    public AdaLoraConfig {
        kept = Collections.unmodifiableMap(new LinkedHashMap<>(kept));
    }

    /** The rank of a module, null if {@code rank_pattern} lacks it. */
    public @Nullable Integer rank(String path) {
        return kept.isEmpty() ? Integer.valueOf(initialRank) : kept.get(path);
    }

    /** s of every module. */
    public double scale() {
        return SvdLora.scale(alpha, initialRank);
    }

    @Override
    public Method method(Targets targets) {
        return AdaLoraMethod.standard()
                .with(Map.of(
                        "rank", Integer.toString(initialRank),
                        "alpha", Double.toString(alpha),
                        "dropout", Double.toString(dropout),
                        "targets", targets.toString()));
    }
}
