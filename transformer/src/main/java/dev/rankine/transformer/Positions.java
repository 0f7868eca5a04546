package dev.rankine.transformer;

import dev.rankine.autograd.Variable;
import dev.rankine.autograd.op.Embedding;
import dev.rankine.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** The rows that stand for the places of a sequence. */
public abstract sealed class Positions extends Module permits LearnedPositions, SinusoidalPositions {
    private final int longest;

    Positions(String path, int longest) {
        super(path);
        this.longest = longest;
    }

    /** Null where places turn queries and keys instead of adding a row. */
    static @Nullable Positions of(String stack, TransformerSettings settings, Weights weights) {
        Layout.InStack names = settings.form().layout().stack();
        return switch (settings.form().positions()) {
            case PositionKind.Learned _ ->
                new LearnedPositions(stack + "." + names.requirePositions(), settings, weights);
            case PositionKind.Sinusoidal _ -> new SinusoidalPositions(stack + ".positions", settings, weights);
            case PositionKind.Rotary _ -> null;
        };
    }

    /**
     * [T, C], or [B, T, C] where the rows of a batch stand at different places, or [N, C] for packed rows.
     *
     * @throws IllegalArgumentException if the model has no such place
     */
    final Variable rows(Places places) {
        if (places.end() > longest) {
            throw new IllegalArgumentException(path() + ": a sequence of " + places.end()
                    + " places is longer than the model's " + longest
                    + ": shorten it (rows that an adapter puts in front count too)");
        }
        Tensor ofRows = places.ofRows();
        return ofRows == null ? slice(places.from(), places.end()) : Embedding.embedding(ofRows, slice(0, longest));
    }

    abstract Variable slice(int from, int to);
}
