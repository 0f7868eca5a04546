package dev.rankine.transformer.text;

import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What is required of a {@code tokenizer.json} before the native library gets it: that ends the whole process where a part does not
 * fit another. So only parts are let through whose faults are known, with these found here; other faults it reports itself.
 */
final class TokenizerRules {
    /** The parts of a definition, and in a sequence of each what they are called. */
    private static final Map<String, String> PARTS = Map.of(
            "normalizer", "normalizers",
            "pre_tokenizer", "pretokenizers",
            "post_processor", "processors",
            "decoder", "decoders");

    /** Precompiled maps of characters, which SentencePiece makes, are left out: nothing tells a damaged one. */
    private static final Map<String, Set<String>> KNOWN = Map.of(
            "normalizer",
            Set.of(
                    "BertNormalizer",
                    "ByteLevel",
                    "Lowercase",
                    "NFC",
                    "NFD",
                    "NFKC",
                    "NFKD",
                    "Nmt",
                    "Prepend",
                    "Replace",
                    "Strip",
                    "StripAccents"),
            "pre_tokenizer",
            Set.of(
                    "BertPreTokenizer",
                    "ByteLevel",
                    "CharDelimiterSplit",
                    "Digits",
                    "Metaspace",
                    "Punctuation",
                    "Split",
                    "UnicodeScripts",
                    "Whitespace",
                    "WhitespaceSplit"),
            "post_processor",
            Set.of("BertProcessing", "ByteLevel", "RobertaProcessing", "TemplateProcessing"),
            "decoder",
            Set.of(
                    "BPEDecoder",
                    "ByteFallback",
                    "ByteLevel",
                    "CTC",
                    "Fuse",
                    "Metaspace",
                    "Replace",
                    "Strip",
                    "WordPiece"),
            "model",
            Set.of("BPE", "Unigram", "WordLevel", "WordPiece"));

    /** Of types that are left out. */
    private static final List<String> UNKNOWN_FIELDS = List.of("precompiled_charsmap", "length");

    private static final String SEQUENCE = "Sequence";
    private static final String PREFIX = "continuing_subword_prefix";

    private TokenizerRules() {}

    /** @throws IllegalArgumentException naming the part that cannot be used */
    static void check(ObjectNode definition) {
        PARTS.forEach((part, inSequence) -> {
            if (definition.hasNonNull(part)) {
                checkPart(part, inSequence, definition.get(part));
            }
        });
        JsonNode model = definition.path("model");
        requireKnown("model", model);
        checkMerges(model);
    }

    /** The library reads a part by the fields that it has, whatever its type says, so every field is looked at. */
    private static void checkPart(String part, String inSequence, JsonNode node) {
        if (node.path("type").asString("").equals(SEQUENCE)) {
            require(part, node, node.path(inSequence).isArray(), "has no " + inSequence);
        } else {
            requireKnown(part, node);
        }
        node.path(inSequence).forEach(inner -> checkPart(part, inSequence, inner));
        for (String field : UNKNOWN_FIELDS) {
            require(part, node, !node.has(field), "has the field " + field);
        }
        if (node.has("prepend")) {
            require(part, node, !node.get("prepend").asString("").isEmpty(), "prepends nothing");
        }
        if (node.has("pattern")) {
            boolean consumes = consumes(part, node);
            require(part, node, consumes || !part.equals("normalizer"), "replaces what may be empty");
        }
        require(part, node, isNone(node.path("stop")), "strips the ends of tokens");
        if (node.has("single") || node.has("pair") || node.has("special_tokens")) {
            checkTemplate(part, node);
        }
    }

    private static void requireKnown(String part, JsonNode node) {
        Set<String> known = KNOWN.getOrDefault(part, Set.of());
        String type = node.path("type").asString("");
        if (!known.contains(type)) {
            throw new IllegalArgumentException("its " + part + " is of type '" + type + "'; supported are "
                    + known.stream().sorted().toList());
        }
    }

    private static void require(String part, JsonNode node, boolean holds, String fault) {
        if (!holds) {
            throw new IllegalArgumentException("its " + part + " " + node.path("type") + " " + fault
                    + ", which the native library cannot compute");
        }
    }

    private static boolean isNone(JsonNode count) {
        return count.isMissingNode() || count.isInt() && count.intValue() == 0;
    }

    /** Whether a pattern, plain text or a regular expression, takes a character at least. */
    private static boolean consumes(String part, JsonNode node) {
        JsonNode pattern = node.path("pattern");
        JsonNode text = pattern.path("String");
        JsonNode expression = pattern.path("Regex");
        require(part, node, pattern.size() == 1 && (text.isString() || expression.isString()), "has no pattern");
        require(part, node, text.isString() || !part.equals("decoder"), "replaces a regular expression");
        return text.isString() ? !text.stringValue().isEmpty() : SafePattern.check(expression.stringValue());
    }

    /** Every special token that a template puts in must be defined, with as many ids as tokens. */
    private static void checkTemplate(String part, JsonNode node) {
        JsonNode defined = node.path("special_tokens");
        for (String template : new String[] {"single", "pair"}) {
            require(part, node, node.path(template).isArray(), "has no list of pieces '" + template + "'");
            for (JsonNode piece : node.path(template)) {
                JsonNode token = piece.path("SpecialToken").path("id");
                boolean sequence = piece.path("Sequence").path("id").isString();
                require(part, node, piece.size() == 1 && token.isString() != sequence, "has an unknown piece " + piece);
                require(part, node, sequence || defined.has(token.stringValue()), "does not define " + token);
            }
        }
    }

    /** The second part of a merge loses the prefix of inner pieces, so it must have it. */
    private static void checkMerges(JsonNode model) {
        String prefix = model.path(PREFIX).asString("");
        if (prefix.isEmpty()) {
            return;
        }
        for (JsonNode merge : model.path("merges")) {
            String second = merge.isString()
                    ? merge.stringValue().substring(merge.stringValue().lastIndexOf(' ') + 1)
                    : merge.path(1).asString("");
            if (!second.startsWith(prefix)) {
                throw new IllegalArgumentException("its model merges " + merge
                        + ", of which the second must begin with '" + prefix + "', its " + PREFIX);
            }
        }
    }
}
