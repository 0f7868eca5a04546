package dev.rankine.transformer.text;

import dev.rankine.tensor.files.SmallFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * The files of a tokenizer, whichever of three forms a folder holds, as the content of a {@code tokenizer.json}.
 *
 * @param source the file that defines it
 * @param definition without padding and truncation
 */
record TokenizerFiles(Path source, ObjectNode definition, SpecialTokens special) {
    static final String TRUNCATION = "truncation";

    private static final String DEFINITION = "tokenizer.json";
    private static final String CONFIG = "tokenizer_config.json";
    /** Where older folders name their special tokens. */
    private static final String SPECIAL = "special_tokens_map.json";

    /** A vocabulary with its merges, under the names of Hugging Face or of the first release of GPT-2. */
    private static final Map<String, String> BYTE_LEVEL =
            Map.of("vocab.json", "merges.txt", "encoder.json", "vocab.bpe");

    private static final String WORD_PIECE = "vocab.txt";
    private static final List<String> PARTS = List.of("pad", "bos", "eos", "cls", "sep", "mask", "unk");
    /** How a token of this part is spelt where no configuration says; the first that there is. */
    private static final Map<String, List<String>> USUAL = Map.of(
            "pad", List.of("<pad>", "[PAD]"),
            "bos", List.of("<s>", "<|begin_of_text|>", "<|endoftext|>"),
            "eos", List.of("</s>", "<|end_of_text|>", "<|endoftext|>"),
            "cls", List.of("<s>", "[CLS]"),
            "sep", List.of("</s>", "[SEP]"),
            "mask", List.of("<mask>", "[MASK]"),
            "unk", List.of("<unk>", "[UNK]", "<|endoftext|>"));

    private static final JsonMapper JSON = new JsonMapper();

    static boolean areIn(Path folder) {
        return Files.exists(folder.resolve(DEFINITION))
                || byteLevelVocabulary(folder) != null
                || Files.exists(folder.resolve(WORD_PIECE));
    }

    private static @Nullable String byteLevelVocabulary(Path folder) {
        return BYTE_LEVEL.keySet().stream()
                .filter(name -> Files.exists(folder.resolve(name)))
                .sorted()
                .findFirst()
                .orElse(null);
    }

    static TokenizerFiles in(Path folder) {
        ObjectNode config =
                Files.exists(folder.resolve(CONFIG)) ? object(folder.resolve(CONFIG)) : JSON.createObjectNode();
        if (Files.exists(folder.resolve(SPECIAL))) {
            ObjectNode map = object(folder.resolve(SPECIAL));
            map.propertyNames().stream()
                    .filter(name -> !config.hasNonNull(name))
                    .forEach(name -> config.set(name, map.get(name)));
        }
        Path ready = folder.resolve(DEFINITION);
        if (Files.exists(ready)) {
            return of(ready, object(ready), config);
        }
        String vocabulary = byteLevelVocabulary(folder);
        if (vocabulary != null) {
            Path file = folder.resolve(vocabulary);
            Path merges = folder.resolve(BYTE_LEVEL.getOrDefault(vocabulary, ""));
            if (!Files.exists(merges)) {
                throw new IllegalArgumentException(
                        file + " needs " + merges.getFileName() + " beside it, which is missing");
            }
            return of(file, ByteLevelBpe.definition(object(file), lines(merges), config), config);
        }
        Path words = folder.resolve(WORD_PIECE);
        if (Files.exists(words)) {
            return of(words, WordPiece.definition(lines(words), config), config);
        }
        throw new IllegalArgumentException(folder + " holds no tokenizer: it needs " + DEFINITION
                + ", or vocab.json and merges.txt, or " + WORD_PIECE);
    }

    private static TokenizerFiles of(Path source, ObjectNode definition, ObjectNode config) {
        definition.putNull("padding");
        definition.putNull(TRUNCATION);
        return new TokenizerFiles(source, definition, special(definition, config));
    }

    /** What the configuration names, else what tokens of the usual spelling there are. */
    private static SpecialTokens special(ObjectNode definition, ObjectNode config) {
        Map<String, Long> byContent = new LinkedHashMap<>();
        for (JsonNode added : definition.path("added_tokens")) {
            if (added.path("id").isIntegralNumber() && added.path("id").canConvertToLong()) {
                byContent.put(
                        added.path("content").asString(""), added.path("id").longValue());
            }
        }
        Map<String, Long> ids = new LinkedHashMap<>();
        for (String part : PARTS) {
            Long id = byContent.get(content(config.path(part + "_token")));
            for (String usual : USUAL.getOrDefault(part, List.of())) {
                id = id == null ? byContent.get(usual) : id;
            }
            if (id != null) {
                ids.put(part, id);
            }
        }
        return new SpecialTokens(ids);
    }

    /** A token is written as its text, or as an object with it. */
    private static String content(JsonNode token) {
        return token.isObject() ? token.path("content").asString("") : token.asString("");
    }

    private static ObjectNode object(Path file) {
        try {
            if (JSON.readTree(SmallFile.text(file)) instanceof ObjectNode object) {
                return object;
            }
            throw new IllegalArgumentException(file + " holds no JSON object");
        } catch (JacksonException malformed) {
            throw new IllegalArgumentException(file + " is no JSON: " + malformed.getOriginalMessage(), malformed);
        } catch (IOException unreadable) {
            throw new IllegalArgumentException(file + " cannot be read (" + unreadable + ")", unreadable);
        }
    }

    private static List<String> lines(Path file) {
        try {
            String text = SmallFile.text(file);
            List<String> lines = List.of(text.split("\r?\n", -1));
            return lines.getLast().isEmpty() ? lines.subList(0, lines.size() - 1) : lines;
        } catch (IOException unreadable) {
            throw new IllegalArgumentException(file + " cannot be read (" + unreadable + ")", unreadable);
        }
    }
}
