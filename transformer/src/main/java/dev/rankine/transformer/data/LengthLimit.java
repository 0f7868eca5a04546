package dev.rankine.transformer.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Holds sequences to what a model has positions for.
 *
 * @param longest symbols of a source or target, with start and end
 * @param tooLong what happens to longer ones
 */
public record LengthLimit(int longest, TooLong tooLong) {
    /** What to do with a sequence that is too long. */
    public enum TooLong {
        /** An error names the first. */
        REFUSE,
        /** The end symbol stays, what stands before it is cut; the result counts how often. */
        TRUNCATE
    }

    /** The pairs that fit, and how many of them were cut. */
    public record Fitted(List<SequencePair> pairs, int truncated) {}

    public LengthLimit {
        if (longest < 2) {
            throw new IllegalArgumentException("sequences need room for start and end, the limit is " + longest);
        }
    }

    /** @throws IllegalArgumentException if a pair is too long and such pairs are refused */
    public Fitted apply(List<SequencePair> pairs) {
        List<SequencePair> fitted = new ArrayList<>(pairs.size());
        int truncated = 0;
        for (int i = 0; i < pairs.size(); i++) {
            SequencePair pair = pairs.get(i);
            if (Math.max(pair.sourceLength(), pair.targetLength()) <= longest) {
                fitted.add(pair);
                continue;
            }
            if (tooLong == TooLong.REFUSE) {
                throw new IllegalArgumentException("example " + (i + 1) + " has " + pair.sourceLength()
                        + " source and " + pair.targetLength() + " target symbols, the model has positions for "
                        + longest + ": leave it out or allow truncation");
            }
            fitted.add(new SequencePair(cut(pair.source()), cut(pair.target())));
            truncated++;
        }
        return new Fitted(List.copyOf(fitted), truncated);
    }

    private long[] cut(long[] sequence) {
        if (sequence.length <= longest) {
            return sequence;
        }
        long[] shorter = Arrays.copyOf(sequence, longest);
        shorter[longest - 1] = sequence[sequence.length - 1];
        return shorter;
    }
}
