package dev.rankine.transformer;

import dev.rankine.autograd.Variable;
import dev.rankine.autograd.op.Slice;
import dev.rankine.tensor.Shape;

/** A trained row for each place. Some tables have rows in front that no place uses. */
public final class LearnedPositions extends Positions {
    private final Variable table;
    private final int first;

    public LearnedPositions(String path, TransformerSettings settings, Weights weights) {
        super(path, settings.maxPositions());
        first = settings.form().layout().stack().firstPosition();
        Shape shape = Shape.of(settings.maxPositions() + first, settings.width());
        table = weight(weights, "weight", shape, new Weights.Start.Normal(settings.initStd()));
    }

    @Override
    Variable slice(int from, int to) {
        return Slice.slice(table, 0, from + first, to + first);
    }
}
