package dev.rankine.transformer.text;

import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The ids of the tokens that are no text, by their parts: {@code pad}, {@code bos}, {@code eos}, {@code cls}, {@code sep},
 * {@code mask}, {@code unk}. A tokenizer has some of them.
 */
public record SpecialTokens(Map<String, Long> ids) {
    public SpecialTokens {
        ids = Map.copyOf(ids);
    }

    private OptionalLong id(String part) {
        return Optional.ofNullable(ids.get(part)).map(OptionalLong::of).orElseGet(OptionalLong::empty);
    }

    /** What fills up the rows of a batch. */
    public OptionalLong padding() {
        return id("pad");
    }

    /** What a model fills in when it was trained to. */
    public OptionalLong mask() {
        return id("mask");
    }

    /** What begins a text. */
    public OptionalLong start() {
        return id("bos");
    }

    /** What ends a text. */
    public OptionalLong end() {
        return id("eos");
    }
}
