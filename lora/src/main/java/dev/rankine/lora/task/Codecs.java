package dev.rankine.lora.task;

import dev.rankine.transformer.checkpoint.BartConfig;
import dev.rankine.transformer.text.CharacterVocabulary;
import dev.rankine.transformer.text.SubWords;
import dev.rankine.transformer.text.TextCodec;
import dev.rankine.transformer.text.Tokenizer;
import java.nio.file.Path;
import java.util.List;

/** How the two sides of an encoder-decoder spell: by the characters that its configuration lists, or by sub-words. */
record Codecs(TextCodec source, TextCodec target) {
    /**
     * Those of a folder.
     *
     * @throws IllegalArgumentException if it has neither, or they do not fit the model
     */
    static Codecs in(Path folder, BartConfig config) {
        if (config.text(Seq2Seq.SOURCE_CHARACTERS).isPresent() || !Tokenizer.isIn(folder)) {
            return ofCharacters(config);
        }
        Tokenizer tokenizer = Tokenizer.read(folder);
        tokenizer.requireFits(config.settings().vocabulary());
        tokenizer.special().requirePadding(config.symbols().padding());
        tokenizer.special().requireStart(config.symbols().start());
        tokenizer.special().requireEnd(List.of(config.symbols().end()));
        SubWords both = new SubWords(tokenizer, config.symbols().end());
        return new Codecs(both, both);
    }

    /** Those that a configuration lists. */
    static Codecs ofCharacters(BartConfig config) {
        return new Codecs(characters(config, Seq2Seq.SOURCE_CHARACTERS), characters(config, Seq2Seq.TARGET_CHARACTERS));
    }

    private static CharacterVocabulary characters(BartConfig config, String key) {
        String characters = config.text(key)
                .orElseThrow(
                        () -> new IllegalArgumentException(
                                "config.json has no '" + key
                                        + "', and its folder holds no tokenizer: it needs tokenizer.json, or vocab.json and merges.txt"));
        CharacterVocabulary vocabulary = new CharacterVocabulary(characters);
        if (vocabulary.size() > config.settings().vocabulary()) {
            throw new IllegalArgumentException("config.json: '" + key + "' lists " + vocabulary.size()
                    + " symbols, the model has " + config.settings().vocabulary());
        }
        requireSymbol("pad_token_id", config.symbols().padding(), CharacterVocabulary.PADDING);
        requireSymbol("bos_token_id", config.symbols().start(), CharacterVocabulary.START);
        requireSymbol("eos_token_id", config.symbols().end(), CharacterVocabulary.END);
        return vocabulary;
    }

    private static void requireSymbol(String key, int id, long expected) {
        if (id != expected) {
            throw new IllegalArgumentException(
                    "config.json: '" + key + "' is " + id + "; with a vocabulary of characters it must be " + expected);
        }
    }
}
