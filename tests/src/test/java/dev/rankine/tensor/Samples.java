package dev.rankine.tensor;

import java.util.Random;

/** Tensors with random content: the same seed gives the same numbers on every back-end. */
public final class Samples {
    private static final int STEPS_OF_TWO = 1 << 20;

    private final Backend backend;
    private final Random random;

    public Samples(Backend backend, long seed) {
        this.backend = backend;
        this.random = new Random(seed);
    }

    public Backend backend() {
        return backend;
    }

    /** Numbers in [-2, 2] that are exact in F32, or small integers for I64; one in sixteen is 0. */
    public Tensor of(DType dtype, Shape shape, Layout layout) {
        return layout.lay(shape, this, dtype);
    }

    Tensor dense(DType dtype, Shape shape) {
        Tensor x = Tensor.zeros(backend, dtype, shape);
        Cells cells = Cells.of(x);
        for (long i = 0; i < shape.size(); i++) {
            cells.set(i, dtype == DType.I64 ? random.nextInt(100) : number());
        }
        return x;
    }

    private double number() {
        return random.nextInt(16) == 0 ? 0 : 2.0 * random.nextInt(-STEPS_OF_TWO, STEPS_OF_TWO + 1) / STEPS_OF_TWO;
    }

    /** Ids in [from, limit). */
    public Tensor ids(Shape shape, int from, int limit) {
        Tensor ids = Tensor.zeros(backend, DType.I64, shape);
        Cells cells = Cells.of(ids);
        for (long i = 0; i < shape.size(); i++) {
            cells.setLong(i, random.nextInt(from, limit));
        }
        return ids;
    }

    /** Zeros and ones; a broadcast layout hides whole rows. */
    public Tensor mask(DType dtype, Shape shape, Layout layout) {
        return of(dtype, shape, layout).map(Unary.STEP).clone(dtype);
    }

    /** Room for a result, full of numbers that must not show through. */
    public Tensor room(DType dtype, Shape shape) {
        Tensor room = Tensor.zeros(backend, dtype, shape);
        Cells cells = Cells.of(room);
        for (long i = 0; i < shape.size(); i++) {
            cells.set(i, Double.NaN);
        }
        return room;
    }

    /** A draw for a number of examples. */
    public Draw draw(int examples) {
        Tensor clock = Tensor.ofLongs(backend, Shape.of(2), random.nextLong(), random.nextInt(1000));
        return new Draw(clock, random.nextInt(1000), ids(Shape.of(examples), 0, 1 << 20));
    }

    public Random random() {
        return random;
    }
}
