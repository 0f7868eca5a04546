package dev.rankine.transformer.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rankine.RealData;
import dev.rankine.Repository;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What Hugging Face's Python makes of the same texts stands in fixtures/tokenizers; its script is make_tokenizer_fixture.py. */
class TokenizerTest {
    private static final Path FIXTURES = Repository.root().resolve("tests/fixtures/tokenizers");
    private static final JsonNode CASES = json(FIXTURES.resolve("cases.json"));

    private static JsonNode json(Path file) {
        return new JsonMapper().readTree(file);
    }

    private static long[] ids(JsonNode array) {
        long[] ids = new long[array.size()];
        Arrays.setAll(ids, i -> array.get(i).asLong());
        return ids;
    }

    @ParameterizedTest
    @ValueSource(strings = {"roberta", "gpt2", "bert", "llama"})
    void hardTextsGiveThePythonIds(String kind) {
        Tokenizer tokenizer = Tokenizer.read(FIXTURES.resolve(kind));
        JsonNode expected = CASES.get("tokenizers").get(kind);
        assertThat(tokenizer.size()).isEqualTo(expected.get("size").asInt());
        for (int i = 0; i < CASES.get("texts").size(); i++) {
            String text = CASES.get("texts").get(i).asString();
            Tokens tokens = tokenizer.encode(text);
            assertThat(tokens.ids())
                    .as(text)
                    .isEqualTo(ids(expected.get("texts").get(i)));
            assertThat(tokens.cut()).isFalse();
            assertThat(tokenizer.encodePlain(text).ids())
                    .as(text)
                    .isEqualTo(ids(expected.get("plain").get(i)));
            assertThat(tokenizer.decode(tokens.ids()))
                    .as(text)
                    .isEqualTo(expected.get("decoded").get(i).asString());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"roberta", "gpt2", "bert", "llama"})
    void pairsGiveThePythonIdsAndTypes(String kind) {
        Tokenizer tokenizer = Tokenizer.read(FIXTURES.resolve(kind));
        comparePairs(tokenizer, CASES.get("tokenizers").get(kind).get("pairs"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"roberta", "gpt2", "bert", "llama"})
    void pairsAreCutAsPythonCutsThem(String kind) {
        int limit = CASES.get("cut").asInt();
        Tokenizer whole = Tokenizer.read(FIXTURES.resolve(kind));
        Tokenizer cut = whole.cutTo(limit);
        comparePairs(cut, CASES.get("tokenizers").get(kind).get("cut"));
        for (JsonNode pair : CASES.get("pairs")) {
            String first = pair.get(0).asString();
            String second = pair.get(1).asString();
            assertThat(cut.encode(first, second).cut())
                    .isEqualTo(whole.encode(first, second).length() > limit);
        }
    }

    private static void comparePairs(Tokenizer tokenizer, JsonNode expected) {
        for (int i = 0; i < expected.size(); i++) {
            JsonNode pair = CASES.get("pairs").get(i);
            Tokens tokens = tokenizer.encode(pair.get(0).asString(), pair.get(1).asString());
            assertThat(tokens.ids())
                    .as(pair.toString())
                    .isEqualTo(ids(expected.get(i).get("ids")));
            assertThat(tokens.types())
                    .as(pair.toString())
                    .isEqualTo(ids(expected.get(i).get("types")));
        }
    }

    @Test
    void specialTokensAreFoundByTheirPart() {
        SpecialTokens roberta = Tokenizer.read(FIXTURES.resolve("roberta")).special();
        assertThat(roberta.padding()).hasValue(1);
        assertThat(roberta.mask()).hasValue(4);
        assertThat(roberta.start()).hasValue(0);
        assertThat(roberta.end()).hasValue(2);
        SpecialTokens bert = Tokenizer.read(FIXTURES.resolve("bert")).special();
        assertThat(bert.padding()).hasValue(0);
        assertThat(bert.mask()).hasValue(4);
        SpecialTokens gpt2 = Tokenizer.read(FIXTURES.resolve("gpt2")).special();
        assertThat(gpt2.padding()).isEmpty();
        assertThat(gpt2.end()).hasValue(0);
    }

    @Test
    void aTokenizerOfAnotherModelIsRefused() {
        Tokenizer tokenizer = Tokenizer.read(FIXTURES.resolve("bert"));
        tokenizer.requireFits(tokenizer.size());
        assertThatThrownBy(() -> tokenizer.requireFits(tokenizer.size() - 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(
                        "the tokenizer has " + tokenizer.size() + " tokens and the model " + (tokenizer.size() - 1))
                .hasMessageContaining("the model's own folder");
    }

    @Test
    void halfACharacterIsRefused() {
        Tokenizer tokenizer = Tokenizer.read(FIXTURES.resolve("gpt2"));
        assertThatThrownBy(() -> tokenizer.encode("ab\uD83D"))
                .hasMessageContaining("half a character (U+D83D) at place 2");
        assertThatThrownBy(() -> tokenizer.encode("x", "\uDE00 y")).hasMessageContaining("U+DE00");
    }

    @Test
    void foldersThatHoldNoTokenizerSaySo(@TempDir Path folder) throws IOException {
        assertThat(Tokenizer.isIn(folder)).isFalse();
        assertThatThrownBy(() -> Tokenizer.read(folder))
                .hasMessageContaining("holds no tokenizer: it needs tokenizer.json");
        Files.writeString(folder.resolve("vocab.json"), "{\"a\": 0}");
        assertThat(Tokenizer.isIn(folder)).isTrue();
        assertThatThrownBy(() -> Tokenizer.read(folder)).hasMessageContaining("needs merges.txt beside it");
        Files.writeString(folder.resolve("merges.txt"), "#version: 0.2\na b c\n");
        assertThatThrownBy(() -> Tokenizer.read(folder)).hasMessageContaining("line 2 of the merges has 3 parts");
        Files.writeString(folder.resolve("tokenizer.json"), "{\"version\": ");
        assertThatThrownBy(() -> Tokenizer.read(folder)).hasMessageContaining("tokenizer.json is no JSON");
        Files.writeString(folder.resolve("tokenizer.json"), "{\"model\": {\"type\": \"BPE\"}}");
        assertThatThrownBy(() -> Tokenizer.read(folder)).hasMessageContaining("is no tokenizer that can be used");
        Files.delete(folder.resolve("tokenizer.json"));
        Files.delete(folder.resolve("vocab.json"));
        Files.writeString(folder.resolve("vocab.txt"), "[PAD]\n[CLS]\nword\n");
        assertThatThrownBy(() -> Tokenizer.read(folder)).hasMessageContaining("there is no line '[SEP]'");
    }

    @ParameterizedTest
    @ValueSource(strings = {"roberta-base", "gpt2", "bert-base-uncased"})
    void tenThousandRealLinesGiveThePythonIds(String name) throws Exception {
        Tokenizer tokenizer = Tokenizer.read(RealData.at("tokenizers/" + name));
        List<String> lines = new ArrayList<>();
        lines.addAll(first(4000, RealData.at("multi30k/train.en")));
        lines.addAll(first(4000, RealData.at("multi30k/train.de")));
        lines.addAll(first(1000, RealData.at("yelp/train_dedup.0")));
        lines.addAll(first(1000, RealData.at("tinyshakespeare/input.txt")));
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        long count = 0;
        for (String line : lines) {
            long[] ids = tokenizer.encode(line).ids();
            count += ids.length;
            String text = Arrays.stream(ids).mapToObj(Long::toString).collect(Collectors.joining(" ", "", "\n"));
            digest.update(text.getBytes(StandardCharsets.UTF_8));
        }
        JsonNode expected = json(FIXTURES.resolve("real.json")).get(name);
        assertThat(count).isEqualTo(expected.get("ids").asLong());
        assertThat(HexFormat.of().formatHex(digest.digest()))
                .isEqualTo(expected.get("sha256").asString());
    }

    private static List<String> first(int count, Path file) throws IOException {
        return List.of(Files.readString(file).split("\n", -1)).subList(0, count);
    }
}
