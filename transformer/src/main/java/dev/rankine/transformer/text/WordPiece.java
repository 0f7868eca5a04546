package dev.rankine.transformer.text;

import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * BERT's sub-words (Devlin et al. 2019) from a list of them: text is cleaned, split at spaces and punctuation, and each word is
 * taken apart from its start, always by the longest piece. {@code [CLS] A [SEP]} or {@code [CLS] A [SEP] B [SEP]} is read.
 */
final class WordPiece {
    private static final List<String> SPECIAL = List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]");
    private static final int LONGEST_WORD = 100;

    private WordPiece() {}

    /** @param pieces the place of a piece is its id */
    static ObjectNode definition(List<String> pieces, ObjectNode config) {
        ObjectNode definition = JsonNodeFactory.instance.objectNode();
        definition.put("version", "1.0");
        ArrayNode added = definition.putArray("added_tokens");
        ObjectNode vocabulary = JsonNodeFactory.instance.objectNode();
        for (int id = 0; id < pieces.size(); id++) {
            vocabulary.put(pieces.get(id), id);
            if (SPECIAL.contains(pieces.get(id))) {
                SpecialToken.add(added, pieces.get(id), id);
            }
        }
        ObjectNode normalizer = definition.putObject("normalizer").put("type", "BertNormalizer");
        normalizer.put("clean_text", true);
        normalizer.put(
                "handle_chinese_chars", config.path("tokenize_chinese_chars").asBoolean(true));
        normalizer.set("strip_accents", orNull(config.get("strip_accents")));
        normalizer.put("lowercase", config.path("do_lower_case").asBoolean(true));
        definition.putObject("pre_tokenizer").put("type", "BertPreTokenizer");
        ObjectNode around = definition.putObject("post_processor").put("type", "BertProcessing");
        around.putArray("sep").add("[SEP]").add(id(vocabulary, "[SEP]"));
        around.putArray("cls").add("[CLS]").add(id(vocabulary, "[CLS]"));
        definition
                .putObject("decoder")
                .put("type", "WordPiece")
                .put("prefix", "##")
                .put("cleanup", true);
        ObjectNode model =
                definition.putObject("model").put("type", "WordPiece").put("unk_token", "[UNK]");
        model.put("continuing_subword_prefix", "##").put("max_input_chars_per_word", LONGEST_WORD);
        model.set("vocab", vocabulary);
        return definition;
    }

    private static JsonNode orNull(@Nullable JsonNode value) {
        return value == null ? JsonNodeFactory.instance.nullNode() : value;
    }

    private static int id(ObjectNode vocabulary, String token) {
        JsonNode id = vocabulary.get(token);
        if (id == null) {
            throw new IllegalArgumentException("there is no line '" + token + "'");
        }
        return id.asInt();
    }
}
