package dev.rankine.tensor.vector;

import dev.rankine.tensor.Backend;
import dev.rankine.tensor.Binary;
import dev.rankine.tensor.DType;
import dev.rankine.tensor.Draw;
import dev.rankine.tensor.Reduction;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import dev.rankine.tensor.Unary;
import org.junit.jupiter.api.Test;

/** Runs every kernel until it is compiled; {@link CompilationTest} starts it in a Java virtual machine of its own. */
class WarmKernels {
    private static final int ROUNDS = 400;
    private static final int WIDTH = 64;

    @Test
    void run() {
        try (VectorBackend backend = new VectorBackend(1)) {
            Tensor x = Tensor.zeros(backend, DType.F32, Shape.of(WIDTH, WIDTH));
            Tensor y = Tensor.zeros(backend, DType.F32, Shape.of(WIDTH, WIDTH));
            for (int i = 0; i < ROUNDS; i++) {
                products(x, y);
                weights(backend, x, y);
                elements(backend, x, y);
                rows(backend, x, y);
                attention(backend, Shape.of(2, 1, 16, 32));
                attention(backend, Shape.of(1, 1, 22, 64));
            }
        }
    }

    private static void products(Tensor x, Tensor y) {
        x.matmul(y);
        x.matmul(y.transpose(0, 1));
        x.transpose(0, 1).matmul(y);
        x.slice(1, 0, 8).matmul(y.slice(0, 0, 8));
        x.matmul(y.slice(0, 0, 8).transpose(0, 1));
        x.slice(0, 0, 23).matmul(y.slice(1, 0, 16));
        x.slice(0, 0, 1).matmul(y);
        x.slice(0, 0, 1).matmul(y.transpose(0, 1));
    }

    private static void weights(Backend backend, Tensor x, Tensor out) {
        for (DType type : new DType[] {DType.F16, DType.BF16}) {
            Tensor weight = Tensor.zeros(backend, type, x.shape());
            for (int rows : new int[] {1, 40}) {
                Tensor some = x.slice(0, 0, rows);
                backend.linear(some, weight, null, null, out.slice(0, 0, rows));
                backend.linear(some, weight.transpose(0, 1), null, null, out.slice(0, 0, rows));
            }
        }
    }

    private static void elements(Backend backend, Tensor x, Tensor y) {
        Tensor out = Tensor.zeros(backend, DType.F32, x.shape());
        for (Unary function : Unary.values()) {
            backend.map(function, x, out);
        }
        for (Binary function : Binary.values()) {
            backend.zip(function, x, y, out);
        }
        backend.affine(x, 2, 1, out);
        backend.copy(x.transpose(0, 1), out);
        Tensor clock = Tensor.ofLongs(backend, Shape.of(2), 1, 2);
        Draw draw = new Draw(clock, 1, Tensor.ofLongs(backend, Shape.of(WIDTH), new long[WIDTH]));
        backend.dropout(x, new Backend.Dropout(0.1, draw), out);
        Tensor one = Tensor.of(backend, Shape.of(2), 1, 1);
        backend.adamW(out, x, y, y, one.slice(0, 0, 1), one, new Backend.AdamW(0.9, 0.999, 1e-8, 0));
        backend.fill(y, 0);
    }

    private static void rows(Backend backend, Tensor x, Tensor y) {
        Tensor out = Tensor.zeros(backend, DType.F32, x.shape());
        for (Reduction reduction : Reduction.values()) {
            x.reduce(reduction, 0);
            x.reduce(reduction, 1);
        }
        backend.softmax(x, y, out);
        backend.softmaxBackward(x, y, out);
        Tensor mean = x.reduce(Reduction.SUM, 1);
        Tensor channels = Tensor.zeros(backend, DType.F32, Shape.of(WIDTH));
        Tensor more = Tensor.zeros(backend, DType.F32, Shape.of(WIDTH));
        backend.layerNorm(x, channels, channels, 1e-5, out, mean, x.reduce(Reduction.SUM, 1));
        backend.layerNormBackward(x, channels, mean, mean, y, out);
        backend.layerNormParameters(x, mean, mean, y, channels, more);
        backend.residualNorm(x, y, null, channels, channels, 1e-5, out, out, mean, mean);
        backend.scaleColumns(x, channels, more, out);
        backend.scaleColumnsBackward(x, channels, y, out, more);
        backend.columnDots(x, channels, y, more);
        Tensor targets = Tensor.ofLongs(backend, Shape.of(WIDTH), new long[WIDTH]);
        backend.crossEntropy(x, targets, channels);
        backend.crossEntropyBackward(x, targets, channels, out);
        backend.gather(x, targets, out);
        backend.scatterAdd(x, targets, out);
    }

    private static void attention(Backend backend, Shape heads) {
        Tensor q = Tensor.zeros(backend, DType.F32, heads);
        Tensor out = Tensor.zeros(backend, DType.F32, heads);
        Tensor saved = Tensor.zeros(backend, DType.F32, heads.with(3, 2));
        backend.attention(q, q, q, null, 1, null, out, saved);
        Tensor dK = Tensor.zeros(backend, DType.F32, heads);
        Tensor dV = Tensor.zeros(backend, DType.F32, heads);
        backend.attentionBackward(q, q, q, null, saved, 1, null, q, out, dK, dV);
    }
}
