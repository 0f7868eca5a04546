package dev.rankine.transformer.data;

import dev.rankine.transformer.text.TextCodec;
import dev.rankine.transformer.text.UnknownCharacters;
import java.util.List;

/** Turns pairs of text into pairs of ids, and counts what the vocabularies did not know. */
public final class PairEncoder {
    private final TextCodec source;
    private final TextCodec target;
    private final UnknownCharacters unknownInSources = new UnknownCharacters();
    private final UnknownCharacters unknownInTargets = new UnknownCharacters();

    public PairEncoder(TextCodec source, TextCodec target) {
        this.source = source;
        this.target = target;
    }

    public List<SequencePair> encode(List<TextPair> pairs) {
        return pairs.stream()
                .map(pair -> new SequencePair(
                        source.encode(pair.source(), unknownInSources), target.encode(pair.target(), unknownInTargets)))
                .toList();
    }

    public UnknownCharacters unknownInSources() {
        return unknownInSources;
    }

    public UnknownCharacters unknownInTargets() {
        return unknownInTargets;
    }
}
