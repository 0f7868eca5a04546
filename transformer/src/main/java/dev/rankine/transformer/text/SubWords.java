package dev.rankine.transformer.text;

import java.util.Map;

/**
 * The sub-words of a tokenizer, which covers every text.
 *
 * @param end the symbol that ends a text
 */
public record SubWords(Tokenizer tokenizer, long end) implements TextCodec {
    @Override
    public long[] encode(String text, UnknownCharacters unknown) {
        return tokenizer.encode(text).ids();
    }

    @Override
    public String decode(long... ids) {
        return tokenizer.decode(ids);
    }

    @Override
    public boolean isSpecial(long id) {
        Map<String, Long> special = tokenizer.special().ids();
        return id == end || special.containsValue(id);
    }
}
