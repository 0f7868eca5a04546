package dev.rankine.transformer.checkpoint;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * How a folder's model begins and ends what it writes: {@code generation_config.json}, and {@code config.json} for what the
 * first does not say. What else these files say of writing, such as beams, is for whoever asks for the text.
 *
 * @param start what a decoder reads first; null where neither file says it
 * @param ends the symbols of which each ends a text
 * @param first what every text begins with; null where the model begins as it likes
 * @param last what ends a text that became too long; null where it is only cut
 */
public record GenerationConfig(
        @Nullable Integer start,
        List<Integer> ends,
        @Nullable Integer first,
        @Nullable Integer last) {
    private static final String FILE = "generation_config.json";
    private static final String ENDS = "eos_token_id";

    public GenerationConfig {
        ends = List.copyOf(ends);
    }

    /**
     * @param vocabulary that ids must be below
     * @throws CheckpointException naming file and key, if a file cannot be read or an id is none
     */
    public static GenerationConfig in(Path folder, int vocabulary) {
        ConfigKeys config = ConfigKeys.read(folder.resolve(Checkpoints.CONFIG));
        Path file = folder.resolve(FILE);
        ConfigKeys own = Files.exists(file) ? ConfigKeys.read(file) : config;
        return new GenerationConfig(
                symbol(own, config, "decoder_start_token_id", vocabulary),
                ConfigRules.symbols(own.get(ENDS) == null ? config : own, ENDS, vocabulary),
                symbol(own, config, "forced_bos_token_id", vocabulary),
                symbol(own, config, "forced_eos_token_id", vocabulary));
    }

    private static @Nullable Integer symbol(ConfigKeys own, ConfigKeys config, String key, int vocabulary) {
        ConfigKeys says = own.get(key) == null ? config : own;
        JsonNode value = says.get(key);
        // a list of ends may be forced; the first stands for it
        return value != null && value.isArray()
                ? ConfigRules.symbols(says, key, vocabulary).stream()
                        .findFirst()
                        .orElse(null)
                : ConfigRules.symbol(says, key, vocabulary);
    }
}
