package dev.rankine.cli.bench;

import dev.rankine.tensor.Backend;
import dev.rankine.tensor.Binary;
import dev.rankine.tensor.DType;
import dev.rankine.tensor.Draw;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import dev.rankine.tensor.Unary;
import dev.rankine.transformer.Weights;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;

/** Operations that memory bounds, on tensors larger than the caches, beside a plain copy. */
public final class OpsBench {
    private static final String COPY = "copy";
    private static final int CHANNELS = 768;

    /**
     * What was measured of an operation.
     *
     * @param rate bytes read and written per nanosecond (GB/s), middle of the rounds
     * @param best of the rounds
     * @param ofCopy middle of the rounds' ratios to the copy
     */
    public record Result(String operation, double rate, double best, double ofCopy) {}

    /** An operation and how many tensors it reads or writes as a whole. */
    private record Operation(int tensors, Runnable run) {}

    private final Map<String, Operation> operations = new LinkedHashMap<>();
    private final Backend backend;
    private final double bytes;
    private final int rounds;

    /** @param rows of 768 channels that every tensor has */
    public OpsBench(Backend backend, int rows, int rounds) {
        this.backend = backend;
        this.rounds = rounds;
        bytes = 4.0 * rows * CHANNELS;
        Shape shape = Shape.of(rows, CHANNELS);
        Tensor x = random(backend, "x", shape);
        Tensor f = random(backend, "f", shape);
        Tensor y = Tensor.zeros(backend, DType.F32, shape);
        Tensor m = Tensor.zeros(backend, DType.F32, shape);
        Tensor v = Tensor.zeros(backend, DType.F32, shape);
        Tensor gamma = random(backend, "gamma", Shape.of(CHANNELS));
        Tensor mean = Tensor.zeros(backend, DType.F32, shape.with(-1, 1));
        Tensor rstd = Tensor.zeros(backend, DType.F32, shape.with(-1, 1));
        Tensor rate = Tensor.scalar(backend, DType.F32, 1e-6);
        Tensor corrections = Tensor.of(backend, Shape.of(2), 0.1f, 0.001f);
        Tensor examples = Tensor.ofLongs(
                backend, Shape.of(rows), LongStream.range(0, rows).toArray());
        Draw draw = new Draw(Tensor.ofLongs(backend, Shape.of(2), 0, 0), 1, examples);
        operations.put(COPY, new Operation(2, () -> backend.copy(x, y)));
        operations.put("add", new Operation(3, () -> backend.zip(Binary.ADD, x, f, y)));
        operations.put("layer norm", new Operation(2, () -> backend.layerNorm(x, gamma, gamma, 1e-5, y, mean, rstd)));
        operations.put(
                "layer norm, backward", new Operation(3, () -> backend.layerNormBackward(x, gamma, mean, rstd, f, y)));
        Backend.Dropout dropout = new Backend.Dropout(0.1, draw);
        operations.put(
                "dropout, residual, norm",
                new Operation(4, () -> backend.residualNorm(x, f, dropout, gamma, gamma, 1e-5, y, m, mean, rstd)));
        operations.put(
                "the same, backward",
                new Operation(4, () -> backend.residualNormBackward(x, dropout, gamma, mean, rstd, f, y, m)));
        operations.put(
                "residual, norm",
                new Operation(4, () -> backend.residualNorm(x, f, null, gamma, gamma, 1e-5, y, m, mean, rstd)));
        operations.put("column scale", new Operation(2, () -> backend.scaleColumns(x, gamma, gamma, y)));
        Tensor dGamma = Tensor.zeros(backend, DType.F32, gamma.shape());
        operations.put(
                "column scale, backward", new Operation(3, () -> backend.scaleColumnsBackward(x, gamma, f, y, dGamma)));
        operations.put("column dots", new Operation(2, () -> backend.columnDots(x, gamma, f, dGamma)));
        operations.put("gelu", new Operation(2, () -> backend.map(Unary.GELU, x, y)));
        operations.put("gelu, backward", new Operation(3, () -> backend.zip(Binary.GELU_BACKWARD, x, f, y)));
        operations.put("softmax", new Operation(2, () -> backend.softmax(x, null, y)));
        operations.put("dropout", new Operation(2, () -> backend.dropout(x, dropout, y)));
        operations.put(
                "adamW",
                new Operation(
                        7, () -> backend.adamW(y, f, m, v, rate, corrections, new Backend.AdamW(0.9, 0.999, 1e-8, 0))));
    }

    private static Tensor random(Backend backend, String name, Shape shape) {
        return new QuickWeights(backend).take(name, shape, new Weights.Start.Normal(1));
    }

    public List<Result> measure() {
        Rounds timed = new Rounds(rounds);
        operations.forEach((name, operation) -> {
            Burst burst = Burst.of(backend, operation.run());
            timed.with(name, burst.size() * operation.tensors() * bytes, burst);
        });
        timed.run();
        return operations.keySet().stream()
                .map(name -> new Result(name, timed.median(name), timed.best(name), timed.ratio(name, COPY)))
                .toList();
    }
}
