package dev.rankine.cli.bench;

import dev.rankine.tensor.Backend;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import java.util.Random;
import java.util.stream.LongStream;

/** Batches of random symbols without padding, the same each time. */
final class RandomSymbols {
    private final Backend backend;
    private final Shape shape;
    private final int first;
    private final int vocabulary;
    private final Random random = new Random(0);

    /**
     * @param longest places that the model has
     * @param first the ids below have a meaning of their own
     * @throws IllegalArgumentException if the model has fewer places than symbols
     */
    RandomSymbols(Backend backend, int batch, int symbols, int longest, int first, int vocabulary) {
        if (symbols > longest) {
            throw new IllegalArgumentException(
                    "--seq " + symbols + " is more than the " + longest + " places that the model has");
        }
        this.backend = backend;
        this.shape = Shape.of(batch, symbols);
        this.first = Math.min(first, vocabulary - 1);
        this.vocabulary = vocabulary;
    }

    /** Other ones at every call: I64 [B, T]. */
    Tensor ids() {
        return numbers(shape, first, vocabulary);
    }

    /** All places of [B, T], row by row: I64 [B T]. */
    Tensor places() {
        return Tensor.ofLongs(backend, all(), LongStream.range(0, shape.size()).toArray());
    }

    /** Symbols to predict at all places: I64 [B T]. */
    Tensor targets() {
        return numbers(all(), first, vocabulary);
    }

    private Shape all() {
        return Shape.of(Math.toIntExact(shape.size()));
    }

    /** One of so many for every example: I64 [B]. */
    Tensor labels(int count) {
        return numbers(Shape.of(shape.dim(0)), 0, count);
    }

    private Tensor numbers(Shape of, int from, int to) {
        return Tensor.ofLongs(backend, of, random.longs(of.size(), from, to).toArray());
    }

    /** Nothing is padding: [B, T]. */
    Tensor mask() {
        Tensor mask = Tensor.of(backend, shape, new float[Math.toIntExact(shape.size())]);
        backend.fill(mask, 1);
        return mask;
    }

    /** The examples' numbers: I64 [B]. */
    Tensor examples() {
        return Tensor.ofLongs(
                backend,
                Shape.of(shape.dim(0)),
                LongStream.range(0, shape.dim(0)).toArray());
    }

    long count() {
        return shape.size();
    }
}
