package dev.rankine.transformer.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Long texts pass through the patterns of published tokenizers, and not through those that go back again and again. */
class SearchCostTest {
    private static final int LONG = 20_000;

    @TempDir
    Path folder;

    private static JsonNode part(String pattern) {
        return JsonMapper.shared()
                .createObjectNode()
                .put("type", "Split")
                .set("pattern", JsonMapper.shared().createObjectNode().put("Regex", pattern));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
                "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*"
                        + "|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
                "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+"
                        + "(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]+"
                        + "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\\p{N}{1,3}"
                        + "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
                "[\\p{Han}]+| {2,}"
            })
    void publishedPatternsTakeAnyText(String pattern) {
        SearchCost cost = new SearchCost(part(pattern));
        for (String unit : List.of(" ", "\n", " \n", "a", "A", "aB", "7", "!", "\u4e00", "a  ", "word, ", "\u0301")) {
            assertThatCode(() -> cost.require(unit.repeat(LONG / unit.length())))
                    .as("'%s'", unit)
                    .doesNotThrowAnyException();
            assertThatCode(() -> cost.require(unit.repeat(LONG / unit.length()) + "x"))
                    .as("'%s' and an end", unit)
                    .doesNotThrowAnyException();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"a+\\d", "a+a+\\d", "\\w*\\w*\\d", "a+(?=b)", "[^b]+b"})
    void othersAreStoppedInLongTextsOnly(String pattern) {
        assertThat(SafePattern.check(pattern)).isTrue();
        SearchCost cost = new SearchCost(part(pattern));
        assertThatCode(() -> cost.require("a".repeat(500))).doesNotThrowAnyException();
        assertThatThrownBy(() -> cost.require("a".repeat(LONG)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("would go back too often in a text of 20000 characters that begins with 'aaaa")
                .hasMessageContaining("break it into lines");
    }

    @Test
    void aTokenizerRefusesSuchTexts() throws IOException {
        Files.writeString(folder.resolve("tokenizer.json"), """
                {"version": "1.0", "added_tokens": [],
                 "pre_tokenizer": {"type": "Sequence", "pretokenizers": [
                   {"type": "Split", "pattern": {"Regex": "\\\\w+\\\\w+\\\\d"}, "behavior": "Isolated", "invert": false}]},
                 "model": {"type": "WordLevel", "vocab": {"a1": 0, "aa1": 1, "<unk>": 2}, "unk_token": "<unk>"}}""");
        Tokenizer tokenizer = Tokenizer.read(folder);
        assertThat(tokenizer.encodePlain("aa1").ids()).containsExactly(1);
        assertThatThrownBy(() -> tokenizer.encode("a", "a".repeat(LONG))).hasMessageContaining("go back too often");
    }

    @Test
    void whatJavaDoesNotKnowIsRefused() {
        assertThatThrownBy(() -> new SearchCost(part("\\p{^L}")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("the pattern '\\p{^L}' is not understood");
    }
}
