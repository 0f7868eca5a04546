package dev.rankine.transformer.text;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

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

    /** What a classifier reads first. */
    public OptionalLong first() {
        return id("cls");
    }

    /** What stands behind every text that a classifier reads. */
    public OptionalLong separator() {
        return id("sep");
    }

    /** What begins a text. */
    public OptionalLong start() {
        return id("bos");
    }

    /** What ends a text. */
    public OptionalLong end() {
        return id("eos");
    }

    /**
     * Checks a tokenizer against the model that it is for.
     *
     * @param start the model's symbol for the start of a text, null where it has none
     * @throws IllegalArgumentException if both have one and they differ
     */
    public void requireStart(@Nullable Integer start) {
        requireAmong("bos", "bos_token_id", start == null ? List.of() : List.of(start));
    }

    /** The same for the symbols of which each ends a text. */
    public void requireEnd(List<Integer> ends) {
        requireAmong("eos", "eos_token_id", ends);
    }

    /** The same for what fills rows up. */
    public void requirePadding(int padding) {
        requireAmong("pad", "pad_token_id", List.of(padding));
    }

    private void requireAmong(String part, String key, List<Integer> ofModel) {
        Long own = ids.get(part);
        if (own != null && !ofModel.isEmpty() && !ofModel.contains(Math.toIntExact(own))) {
            throw new IllegalArgumentException("the tokenizer's " + part + " token has the id " + own
                    + ", config.json says '" + key + "' "
                    + ofModel.stream().map(String::valueOf).collect(Collectors.joining(", "))
                    + ": they do not belong together, take the tokenizer's files from the model's own folder");
        }
    }
}
