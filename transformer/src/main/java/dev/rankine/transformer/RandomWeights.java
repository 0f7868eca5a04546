package dev.rankine.transformer;

import dev.rankine.tensor.Backend;
import dev.rankine.tensor.DType;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import dev.rankine.tensor.random.Philox;
import java.util.Arrays;

/**
 * The weights of a model that begins at random. A weight depends on the seed, its name and its shape alone, not on the
 * order in which they are asked for.
 *
 * @param backend where the model computes
 * @param dtype F32, or F64 to check gradients on the reference
 * @param seed of the run
 */
public record RandomWeights(Backend backend, DType dtype, long seed) implements Weights {
    public RandomWeights {
        if (!dtype.computes()) {
            throw new IllegalArgumentException("a new model computes in F32 or F64, not " + dtype);
        }
    }

    @Override
    public Tensor take(String name, Shape shape, Start start) {
        double[] values = new double[Math.toIntExact(shape.size())];
        switch (start) {
            case Start.Constant(double value) -> Arrays.fill(values, value);
            case Start.Normal(double deviation) -> {
                long stream = Pass.stream(name);
                Arrays.parallelSetAll(values, i -> deviation * Philox.normal(seed, stream, 0, 0, i));
            }
        }
        return Tensor.of(backend, dtype, shape, values);
    }
}
