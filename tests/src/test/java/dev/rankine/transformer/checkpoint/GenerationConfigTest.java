package dev.rankine.transformer.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GenerationConfigTest {
    @TempDir
    Path folder;

    private GenerationConfig read(String config, String generation) throws IOException {
        Files.writeString(folder.resolve("config.json"), config);
        Files.deleteIfExists(folder.resolve("generation_config.json"));
        if (!generation.isEmpty()) {
            Files.writeString(folder.resolve("generation_config.json"), generation);
        }
        return GenerationConfig.in(folder, 10);
    }

    @Test
    void itsOwnFileSaysItAndTheModelsOwnWhatThatLeavesOut() throws IOException {
        String config = "{\"decoder_start_token_id\": 2, \"eos_token_id\": 2, \"forced_eos_token_id\": 2}";
        assertThat(read(config, "")).isEqualTo(new GenerationConfig(2, List.of(2), null, 2));
        String generation = "{\"eos_token_id\": [2, 7], \"forced_bos_token_id\": 0, \"num_beams\": 4}";
        assertThat(read(config, generation)).isEqualTo(new GenerationConfig(2, List.of(2, 7), 0, 2));
        assertThat(read("{}", "{\"forced_eos_token_id\": [5, 6], \"decoder_start_token_id\": null}"))
                .isEqualTo(new GenerationConfig(null, List.of(), null, 5));
    }

    @Test
    void idsOutsideTheVocabularyAreNamed() {
        assertThatThrownBy(() -> read("{}", "{\"forced_bos_token_id\": 10}"))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("generation_config.json")
                .hasMessageContaining("'forced_bos_token_id' is 10, the vocabulary has 10");
        assertThatThrownBy(() -> read("{\"eos_token_id\": [1, 12]}", "{}")).hasMessageContaining("config.json");
        assertThatThrownBy(() -> read("{}", "{\"eos_token_id\": ")).hasMessageContaining("is no JSON");
    }
}
