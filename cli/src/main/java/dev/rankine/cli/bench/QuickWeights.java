package dev.rankine.cli.bench;

import dev.rankine.tensor.Backend;
import dev.rankine.tensor.DType;
import dev.rankine.tensor.Draw;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import dev.rankine.transformer.Pass;
import dev.rankine.transformer.Weights;

/**
 * Random weights for a measurement, which costs the same whatever they hold: uniform ones of the right deviation, made by
 * the back-end itself.
 */
record QuickWeights(Backend backend) implements Weights {
    @Override
    public DType dtype() {
        return DType.F32;
    }

    @Override
    public Tensor take(String name, Shape shape, Start start) {
        Tensor weight = Tensor.zeros(backend, DType.F32, shape);
        switch (start) {
            case Start.Constant(double value) -> backend.fill(weight, value);
            case Start.Normal(double deviation) -> {
                Draw draw = new Draw(
                        Tensor.ofLongs(backend, Shape.of(2), 0, 0),
                        Pass.stream(name),
                        Tensor.ofLongs(backend, Shape.of(1), 0));
                Tensor row = weight.reshape(Shape.of(1, Math.toIntExact(shape.size())));
                backend.uniform(draw, row);
                // a uniform distribution of width w has deviation w / sqrt(12)
                double width = deviation * Math.sqrt(12);
                backend.affine(row, width, -width / 2, row);
            }
        }
        return weight;
    }
}
