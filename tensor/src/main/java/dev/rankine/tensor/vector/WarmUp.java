package dev.rankine.tensor.vector;

import dev.rankine.tensor.Backend;
import dev.rankine.tensor.Backend.AdamW;
import dev.rankine.tensor.Backend.AdamWStep;
import dev.rankine.tensor.Backend.Dropout;
import dev.rankine.tensor.Backend.LowRankTerm;
import dev.rankine.tensor.Binary;
import dev.rankine.tensor.DType;
import dev.rankine.tensor.Draw;
import dev.rankine.tensor.Scope;
import dev.rankine.tensor.ScopePool;
import dev.rankine.tensor.SequenceForm;
import dev.rankine.tensor.Sequences;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import dev.rankine.tensor.Unary;
import java.util.List;

/**
 * Calls the kernels of a transformer's training and decoding, so that the JIT has compiled them, or is at it, when the model has
 * been read. Rows are few, since interpreted kernels are slow. Tensors and memory are its own, and nobody sees the results.
 */
final class WarmUp implements AutoCloseable {
    /** With the launcher's options the JIT compiles most of them before the last call. */
    private static final int CALLS = 20;

    private static final int BATCH = 2;
    private static final int LENGTH = 16;
    private static final int ROWS = BATCH * LENGTH;
    private static final int WIDTH = 128;
    private static final int WIDER = 2 * WIDTH;
    private static final int RANK = 8;
    private static final int SYMBOLS = 60;
    private static final double EPSILON = 1e-5;

    private final Backend backend;
    private final Scope scope;

    /** @param backend computes with the calling thread alone; it is closed with this */
    WarmUp(Backend backend) {
        this.backend = backend;
        scope = new ScopePool(backend).open();
    }

    /** Products forward, with one query as when decoding, and backward. */
    static void ofProducts() {
        try (WarmUp mine = new WarmUp(new VectorBackend(1))) {
            mine.products();
        }
    }

    /** Everything else in a step, in its order. */
    static void ofPasses() {
        try (WarmUp mine = new WarmUp(new VectorBackend(1))) {
            mine.passes();
        }
    }

    void products() {
        Tensor x = tensor(ROWS, WIDTH);
        Tensor y = tensor(ROWS, WIDTH);
        Tensor weight = tensor(WIDTH, WIDTH);
        Tensor bias = tensor(WIDTH);
        Tensor a = tensor(RANK, WIDTH);
        Tensor b = tensor(WIDTH, RANK);
        Tensor t = tensor(ROWS, RANK);
        Tensor embedding = tensor(SYMBOLS, WIDTH);
        Tensor logits = tensor(ROWS, SYMBOLS);
        repeat(() -> {
            backend.matmul(x, a.transpose(0, 1), t, false);
            backend.linear(x, weight, bias, new LowRankTerm(t, b), y);
            backend.linear(x, embedding, null, null, logits);
        });
        attentionOfOne();
        Tensor dT = tensor(ROWS, RANK);
        Tensor dA = tensor(RANK, WIDTH);
        Tensor dB = tensor(WIDTH, RANK);
        Tensor dX = tensor(ROWS, WIDTH);
        repeat(() -> {
            backend.lowRankBackward(y, x, t, b, 1, dT, dA, dB);
            backend.linear(y, weight.transpose(0, 1), null, new LowRankTerm(dT, a.transpose(0, 1)), dX);
            backend.linear(logits, embedding.transpose(0, 1), null, null, dX);
        });
    }

    void passes() {
        Tensor x = tensor(BATCH, LENGTH, WIDTH);
        Tensor f = tensor(BATCH, LENGTH, WIDTH);
        Tensor y = tensor(BATCH, LENGTH, WIDTH);
        Tensor mean = tensor(BATCH, LENGTH, 1);
        Tensor rstd = tensor(BATCH, LENGTH, 1);
        Tensor gamma = tensor(WIDTH);
        Tensor wide = tensor(ROWS, WIDER);
        Tensor wider = tensor(ROWS, WIDER);
        Tensor table = tensor(SYMBOLS, WIDTH);
        Tensor ids = longs(ROWS);
        Dropout dropout = new Dropout(.1, new Draw(longs(2), 0, longs(BATCH)));
        repeat(() -> {
            backend.gather(table, ids, x.reshape(Shape.of(ROWS, WIDTH)));
            backend.affine(x, 1, 0, y);
            backend.zip(Binary.ADD, x, y, f);
            backend.layerNorm(x, gamma, gamma, EPSILON, y, mean, rstd);
            backend.dropout(x, dropout, y);
            backend.residualNorm(x, f, dropout, gamma, gamma, EPSILON, x, y, mean, rstd);
            backend.map(Unary.GELU, wide, wider);
        });
        attention();
        Tensor logits = tensor(ROWS, SYMBOLS);
        Tensor dLogits = tensor(ROWS, SYMBOLS);
        Tensor losses = tensor(ROWS);
        Tensor weight = tensor(RANK, WIDTH);
        Tensor moments = tensor(RANK, WIDTH);
        var optimiser = new AdamW(.9, .999, 1e-8, 0);
        var step = new AdamWStep(weight, tensor(RANK, WIDTH), moments, moments, tensor(), tensor(2), optimiser);
        repeat(() -> {
            backend.crossEntropy(logits, ids, losses);
            backend.crossEntropyBackward(logits, ids, losses, dLogits);
            backend.residualNormBackward(x, dropout, gamma, mean, rstd, y, x, f);
            backend.zip(Binary.GELU_BACKWARD, wide, wide, wider);
            backend.adamW(List.of(step));
        });
    }

    /** Of one query, as in decoding, which has no backward pass. */
    private void attentionOfOne() {
        Tensor q = tensor(BATCH, 1, 1, WIDTH);
        Tensor k = tensor(BATCH, 1, LENGTH, WIDTH);
        Tensor mask = tensor(1, 1, 1, LENGTH).expand(Shape.of(BATCH, 1, 1, LENGTH));
        Tensor y = tensor(BATCH, 1, 1, WIDTH);
        Tensor saved =
                tensor(backend.attentionSaves(Shape.of(BATCH, 1, 1, LENGTH)).toArray());
        repeat(() -> backend.attention(q, k, k, mask, 1, null, y, saved));
    }

    private void attention() {
        Sequences sequences = Sequences.of(LENGTH - 1, LENGTH);
        var form = new SequenceForm(sequences, sequences, 1, 1, tensor(LENGTH, LENGTH), null);
        Tensor q = tensor(sequences.rows(), WIDTH);
        Tensor k = tensor(sequences.rows(), WIDTH);
        Tensor y = tensor(sequences.rows(), WIDTH);
        Tensor saved = tensor(backend.sequenceAttentionSaves(form).toArray());
        Tensor dK = tensor(sequences.rows(), WIDTH);
        Tensor dV = tensor(sequences.rows(), WIDTH);
        repeat(() -> {
            backend.sequenceAttention(form, q, k, k, y, saved);
            backend.sequenceAttentionBackward(form, q, k, k, saved, y, y, dK, dV);
        });
    }

    private static void repeat(Runnable kernels) {
        for (int i = 0; i < CALLS; i++) {
            kernels.run();
        }
    }

    private Tensor tensor(int... dimensions) {
        Tensor tensor = Tensor.zeros(backend, DType.F32, Shape.of(dimensions));
        backend.fill(tensor, 1);
        return tensor;
    }

    private Tensor longs(int count) {
        return Tensor.ofLongs(backend, Shape.of(count), new long[count]);
    }

    @Override
    public void close() {
        scope.close();
        backend.close();
    }
}
