package dev.rankine.transformer;

import dev.rankine.autograd.Variable;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;

/**
 * Fixed waves (Vaswani et al. 2017, section 3.5): row p holds sin(p / 10000^(2i / C)) at column 2i and the cosine at
 * column 2i + 1. Computed, so no checkpoint holds them.
 */
public final class SinusoidalPositions extends Positions {
    private static final double LONGEST_WAVE = 10_000;

    private final Tensor table;

    public SinusoidalPositions(String path, TransformerSettings settings, Weights weights) {
        super(path, settings.maxPositions());
        table = waves(weights, Shape.of(settings.maxPositions(), settings.width()));
    }

    private static Tensor waves(Weights weights, Shape shape) {
        int width = shape.dim(1);
        double[] values = new double[Math.toIntExact(shape.size())];
        for (int i = 0; i < values.length; i++) {
            int place = i / width;
            int column = i % width;
            double angle = place / StrictMath.pow(LONGEST_WAVE, (double) (column - column % 2) / width);
            values[i] = column % 2 == 0 ? StrictMath.sin(angle) : StrictMath.cos(angle);
        }
        return Tensor.of(weights.backend(), weights.dtype(), shape, values);
    }

    @Override
    Variable slice(int from, int to) {
        return Variable.constant(table.slice(0, from, to));
    }
}
