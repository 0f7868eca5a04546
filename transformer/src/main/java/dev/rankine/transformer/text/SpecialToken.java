package dev.rankine.transformer.text;

import tools.jackson.databind.node.ArrayNode;

/** An entry of {@code added_tokens}. */
final class SpecialToken {
    private SpecialToken() {}

    /** A token that is taken whole wherever it stands in a text. */
    static void add(ArrayNode tokens, String content, int id) {
        tokens.addObject()
                .put("id", id)
                .put("content", content)
                .put("single_word", false)
                .put("lstrip", false)
                .put("rstrip", false)
                .put("normalized", false)
                .put("special", true);
    }
}
