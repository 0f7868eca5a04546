package dev.rankine.transformer;

import dev.rankine.autograd.Variable;
import dev.rankine.autograd.op.Slice;
import dev.rankine.tensor.Shape;

/** A trained row for each place. BART's table has two rows in front that no place uses. */
public final class LearnedPositions extends Positions {
    private static final int OFFSET = 2;

    private final Variable table;

    public LearnedPositions(String path, TransformerSettings settings, Weights weights) {
        super(path, settings.maxPositions());
        Shape shape = Shape.of(settings.maxPositions() + OFFSET, settings.width());
        table = weight(weights, "weight", shape, new Weights.Start.Normal(settings.initStd()));
    }

    @Override
    Variable slice(int from, int to) {
        return Slice.slice(table, 0, from + OFFSET, to + OFFSET);
    }
}
