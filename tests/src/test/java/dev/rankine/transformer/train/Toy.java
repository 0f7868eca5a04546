package dev.rankine.transformer.train;

import dev.rankine.autograd.Variable;
import dev.rankine.autograd.op.Square;
import dev.rankine.autograd.op.Subtract;
import dev.rankine.autograd.op.Sum;
import dev.rankine.tensor.Backend;
import dev.rankine.tensor.Backends;
import dev.rankine.tensor.DType;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import dev.rankine.tensor.random.Philox;
import dev.rankine.transformer.Pass;
import dev.rankine.transformer.data.Batch;
import dev.rankine.transformer.data.Dataset;
import java.util.stream.LongStream;

/** The smallest thing to train: w[4] towards the mean of some rows x[B, 4], with the loss |drop(x) - w|^2. */
record Toy(Backend backend, int size) implements Dataset<Toy.Rows> {
    static final int WIDTH = 4;
    static final Backend REFERENCE = Backends.choose("reference", 1).backend();

    /** x[B, 4]. */
    record Rows(Tensor x, Tensor examples) implements Batch {
        @Override
        public long count() {
            return x.shape().dim(0);
        }
    }

    static Toy of(int size) {
        return new Toy(REFERENCE, size);
    }

    @Override
    public Rows batch(int[] examples, int first) {
        double[] x = new double[examples.length * WIDTH];
        for (int i = 0; i < x.length; i++) {
            x[i] = Philox.normal(5, 0, 0, examples[i / WIDTH], i % WIDTH);
        }
        Tensor numbers = Tensor.ofLongs(
                backend,
                Shape.of(examples.length),
                LongStream.range(first, first + examples.length).toArray());
        return new Rows(Tensor.of(backend, DType.F64, Shape.of(examples.length, WIDTH), x), numbers);
    }

    /** w = (.5, -1, 1.5, -2). */
    Variable weight() {
        return Variable.parameter(Tensor.of(backend, DType.F64, Shape.of(WIDTH), .5, -1, 1.5, -2));
    }

    /** |drop(x) - w|^2, summed over rows; w may have fewer elements than x has columns. */
    static Variable loss(Variable w, Rows rows, Pass pass) {
        Tensor x = rows.x().slice(1, 0, w.shape().dim(0));
        Variable dropped = pass.dropout(Variable.constant(x), 0.25, 7);
        return Sum.sum(Square.square(Subtract.subtract(dropped, w)));
    }

    static Objective<Rows> objective(Variable w) {
        return (rows, pass) -> loss(w, rows, pass);
    }
}
