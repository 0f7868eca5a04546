package dev.rankine.cli;

import dev.rankine.lora.Method;
import dev.rankine.lora.Methods;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A method of a comparison with its settings.
 *
 * @param label names it and its run folders; the same label stands for the same settings
 * @param family the same for all values of a sweep
 * @param name what tables say
 * @param reference whether the others are measured by it
 * @param at the swept setting's value; null without a sweep, and if the method does not have the setting
 */
record Variant(
        String label,
        String family,
        String name,
        boolean reference,
        @Nullable Double at,
        Method method) {
    /** The run folder's name for a seed. */
    String folder(long seed) {
        return label + "-" + seed;
    }

    /** What {@code finetune} needs to hear for this method: what differs from its defaults. */
    List<String> arguments() {
        Map<String, String> usual = Methods.named(method.name()).settings();
        List<String> arguments = new ArrayList<>(List.of("--method", method.name()));
        method.settings().forEach((key, value) -> {
            if (!value.equals(usual.get(key))) {
                arguments.addAll(List.of("--set", key + "=" + value));
            }
        });
        return arguments;
    }
}
