package dev.rankine.transformer.text;

import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Byte-pair encoding over bytes (Sennrich et al. 2016; Radford et al. 2019) from a vocabulary and its merges: GPT-2's, and
 * RoBERTa's and BART's, which put {@code <s> A </s>} or {@code <s> A </s></s> B </s>} around what they read.
 */
final class ByteLevelBpe {
    private static final List<String> SPECIAL = List.of("<s>", "<pad>", "</s>", "<unk>", "<mask>", "<|endoftext|>");

    private ByteLevelBpe() {}

    /**
     * @param vocabulary token to id
     * @param merges two tokens with a space between them in every line, the first merge first
     */
    static ObjectNode definition(ObjectNode vocabulary, List<String> merges, ObjectNode config) {
        boolean prefixSpace = config.path("add_prefix_space").asBoolean(false);
        ObjectNode definition = JsonNodeFactory.instance.objectNode();
        definition.put("version", "1.0");
        ArrayNode added = definition.putArray("added_tokens");
        SPECIAL.stream()
                .filter(token -> vocabulary.path(token).isInt())
                .forEach(token ->
                        SpecialToken.add(added, token, vocabulary.get(token).intValue()));
        definition.putNull("normalizer");
        byteLevel(definition.putObject("pre_tokenizer"), prefixSpace);
        JsonNode start = vocabulary.path("<s>");
        JsonNode end = vocabulary.path("</s>");
        if (start.isInt() && end.isInt()) {
            ObjectNode around = definition.putObject("post_processor").put("type", "RobertaProcessing");
            around.putArray("sep").add("</s>").add(end.intValue());
            around.putArray("cls").add("<s>").add(start.intValue());
            around.put("trim_offsets", true).put("add_prefix_space", prefixSpace);
        } else {
            byteLevel(definition.putObject("post_processor"), prefixSpace);
        }
        byteLevel(definition.putObject("decoder"), true);
        ObjectNode model = definition.putObject("model");
        model.put("type", "BPE").putNull("dropout").putNull("unk_token");
        model.put("continuing_subword_prefix", "").put("end_of_word_suffix", "");
        model.put("fuse_unk", false).put("byte_fallback", false).put("ignore_merges", false);
        model.set("vocab", vocabulary);
        ArrayNode pairs = model.putArray("merges");
        for (int i = 0; i < merges.size(); i++) {
            addPair(pairs, merges.get(i), i + 1);
        }
        return definition;
    }

    private static void byteLevel(ObjectNode part, boolean prefixSpace) {
        part.put("type", "ByteLevel").put("add_prefix_space", prefixSpace);
        part.put("trim_offsets", true).put("use_regex", true);
    }

    private static void addPair(ArrayNode pairs, String line, int number) {
        if (number == 1 && line.startsWith("#version") || line.isEmpty()) {
            return;
        }
        String[] pair = line.split(" ", -1);
        if (pair.length != 2) {
            throw new IllegalArgumentException(
                    "line " + number + " of the merges has " + pair.length + " parts, not 2");
        }
        pairs.addArray().add(pair[0]).add(pair[1]);
    }
}
