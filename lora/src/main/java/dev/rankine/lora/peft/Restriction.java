package dev.rankine.lora.peft;

import dev.rankine.lora.Targets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which of the modules that an adapter would be for it leaves out.
 *
 * @param excluded names of modules as in {@link Targets#matches} ({@code exclude_modules})
 * @param excludedPattern regular expression for whole paths instead of names; null for names
 * @param layers numbers of the layers that it is for ({@code layers_to_transform}); empty for all
 * @param layerNames what stands before a layer's number, such as {@code layers} or {@code h} ({@code layers_pattern}), each a
 *     regular expression; empty for whatever does
 */
public record Restriction(
        List<String> excluded, @Nullable String excludedPattern, List<Integer> layers, List<String> layerNames) {
    static final Restriction NONE = new Restriction(List.of(), null, List.of(), List.of());

    public Restriction {
        excluded = List.copyOf(excluded);
        layers = List.copyOf(layers);
        layerNames = List.copyOf(layerNames);
    }

    public boolean excludes(String path) {
        return excludedPattern == null
                ? excluded.stream().anyMatch(name -> Targets.matches(name, path))
                : PathPattern.matches(excludedPattern, path);
    }

    /** Whether a module lies in a layer that the adapter is for. */
    public boolean isInLayers(String path) {
        if (layers.isEmpty()) {
            return true;
        }
        // of several numbers the first is the layer's, others may count experts
        List<String> places = layerNames.isEmpty()
                ? List.of(".*?\\.[^.]*")
                : layerNames.stream().map(name -> "(?:^|.*?\\.)" + name).toList();
        return places.stream()
                .map(place -> PathPattern.number(place + "\\.(?<number>\\d{1,9})\\..*", path))
                .filter(number -> number != null)
                .findFirst()
                .map(number -> layers.contains(Integer.valueOf(number)))
                .orElse(false);
    }
}
