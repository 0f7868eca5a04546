package dev.rankine.lora.task;

import dev.rankine.tensor.Backend;
import dev.rankine.transformer.TransformerSettings;
import dev.rankine.transformer.data.TextPair;
import dev.rankine.transformer.text.CharacterVocabulary;
import dev.rankine.transformer.train.TrainingListener;
import java.util.List;

/** A tiny task whose runs take milliseconds: a fresh encoder-decoder writes words of two letters in capitals. */
public final class Capitals {
    public static final List<TextPair> PAIRS = List.of(
            new TextPair("ab", "AB"),
            new TextPair("ba", "BA"),
            new TextPair("aab", "AAB"),
            new TextPair("b", "B"),
            new TextPair("bba", "BBA"));

    private Capitals() {}

    public static Seq2Seq task(Backend backend) {
        var stack = new TransformerSettings.Stack(1, 2, 12);
        return Seq2Seq.fresh(
                "tiny",
                backend,
                TransformerSettings.of(6, 8, 12, stack, stack),
                CharacterVocabulary.of(List.of("ab")),
                CharacterVocabulary.of(List.of("AB")),
                5);
    }

    /** Ends a run after some step, as if by accident. */
    static TrainingListener failingAt(long step) {
        return new TrainingListener() {
            @Override
            public void onStep(long made, long steps, double rate) {
                if (made == step) {
                    throw new IllegalStateException("the lights went out");
                }
            }
        };
    }
}
