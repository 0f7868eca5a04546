package dev.rankine.transformer.checkpoint;

import dev.rankine.transformer.TransformerSettings;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The {@code config.json} of a GPT-2 or LLaMA folder.
 *
 * @param family which of the two
 * @param settings the form of the model
 * @param tied whether the matrix that embeds the symbols scores them too
 * @param start begins a text; null where the model has no such symbol
 * @param ends the symbols of which each ends a text
 * @param padding fills texts; null where the model has no such symbol
 * @param others every other key
 */
public record DecoderConfig(
        Architecture family,
        TransformerSettings settings,
        boolean tied,
        @Nullable Integer start,
        List<Integer> ends,
        @Nullable Integer padding,
        Map<String, JsonNode> others) {
    public DecoderConfig {
        ends = List.copyOf(ends);
        others = Collections.unmodifiableMap(new LinkedHashMap<>(others));
    }

    /** The keys whose meaning is not known here, in the file's order: for a line to the user. */
    public List<String> unknownKeys() {
        return ConfigRules.unknown(others.keySet());
    }
}
