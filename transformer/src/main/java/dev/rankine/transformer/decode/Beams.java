package dev.rankine.transformer.decode;

/**
 * The best rows of several that are followed at once, scored by log probability / length^penalty.
 *
 * @param count how many rows are followed, at least 1
 * @param lengthPenalty 0 compares log probabilities, 1 their mean over the symbols; larger favours long rows
 * @param stopEarly whether to stop as soon as {@code count} rows ended, even if a better one may follow
 */
public record Beams(int count, double lengthPenalty, boolean stopEarly) implements Search {
    public Beams {
        if (count < 1) {
            throw new IllegalArgumentException("a search needs at least 1 beam, got " + count);
        }
        if (!Double.isFinite(lengthPenalty)) {
            throw new IllegalArgumentException("the length penalty must be finite, got " + lengthPenalty);
        }
    }
}
