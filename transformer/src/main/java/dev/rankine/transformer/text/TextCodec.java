package dev.rankine.transformer.text;

/** Text to ids and back, as one side of an encoder-decoder has it. */
public sealed interface TextCodec permits CharacterVocabulary, SubWords {
    /**
     * The ids of a text with start and end symbol.
     *
     * @param unknown counts the characters that have no id
     */
    long[] encode(String text, UnknownCharacters unknown);

    /**
     * The text of some ids, without special symbols.
     *
     * @throws IllegalArgumentException if an id is negative
     */
    String decode(long... ids);

    /** The symbol that ends a text. */
    long end();

    /** Whether a symbol is no part of a text. */
    boolean isSpecial(long id);
}
