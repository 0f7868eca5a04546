package dev.rankine.transformer;

import dev.rankine.autograd.Variable;

/** The rows that stand for the places of a sequence. */
public abstract sealed class Positions extends Module permits LearnedPositions, SinusoidalPositions {
    private final int longest;

    Positions(String path, int longest) {
        super(path);
        this.longest = longest;
    }

    static Positions of(String path, TransformerSettings settings, Weights weights) {
        return switch (settings.form().positions()) {
            case LEARNED -> new LearnedPositions(path, settings, weights);
            case SINUSOIDAL -> new SinusoidalPositions(path, settings, weights);
        };
    }

    /**
     * [T, C] for the places {@code from} to {@code from + count}.
     *
     * @throws IllegalArgumentException if the model has no such place
     */
    public final Variable rows(int from, int count) {
        if (from + count > longest) {
            throw new IllegalArgumentException(path() + ": a sequence of " + (from + count)
                    + " places is longer than the model's " + longest
                    + ": shorten it (rows that an adapter puts in front count too)");
        }
        return slice(from, from + count);
    }

    abstract Variable slice(int from, int to);
}
