package dev.rankine.lora.peft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rankine.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Which modules a configuration means, against what PEFT takes: fixtures/make_peft_targets.py. */
class RestrictionTest {
    private static final JsonNode TABLE =
            new JsonMapper().readTree(Repository.root().resolve("tests/fixtures/peft_targets.json"));

    @TempDir
    Path folder;

    static Stream<JsonNode> cases() {
        return TABLE.get("cases").valueStream();
    }

    private static List<String> texts(JsonNode array) {
        List<String> texts = new ArrayList<>();
        array.forEach(text -> texts.add(text.stringValue()));
        return texts;
    }

    private Placement read(JsonNode more) throws IOException {
        var config = new JsonMapper()
                .createObjectNode()
                .put("peft_type", "LORA")
                .put("r", 2)
                .put("lora_alpha", 4)
                .put("base_model_name_or_path", "base");
        config.set("target_modules", TABLE.get("usual"));
        more.properties().forEach(key -> config.set(key.getKey(), key.getValue()));
        return ConfigFile.read(Files.writeString(folder.resolve("adapter_config.json"), config.toString()))
                .placement();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void theModulesAreThoseThatPeftTakes(JsonNode example) throws IOException {
        Placement placement = read(example.get("config"));
        List<String> taken =
                texts(TABLE.get("paths")).stream().filter(placement::targets).toList();
        assertThat(taken).isEqualTo(texts(example.get("modules")));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"layers_to_transform\": -1}|'layers_to_transform' must be numbers from 0, it is -1",
                "{\"layers_to_transform\": [1, \"2\"]}|must be numbers from 0",
                "{\"layers_pattern\": \"h\"}|'layers_pattern' needs both",
                "{\"layers_to_transform\": 1, \"target_modules\": \".*q_proj\"}|needs names in target_modules",
                "{\"exclude_modules\": [3]}|'exclude_modules' holds 3, which is no name",
                "{\"exclude_modules\": \"(\"}|'(' is no regular expression",
                "{\"layers_to_transform\": 1, \"layers_pattern\": [\"h[\"]}|'h[' is no regular expression",
            })
    void whatPeftCouldNotMeanIsRefused(String keys, String why) {
        assertThatThrownBy(() -> read(new JsonMapper().readTree(keys)))
                .isInstanceOf(PeftException.class)
                .hasMessageContaining(why);
    }
}
