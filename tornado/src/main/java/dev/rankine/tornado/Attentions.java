package dev.rankine.tornado;

import dev.rankine.tensor.Backend;
import dev.rankine.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** Attention. */
final class Attentions {
    private final Backend backend;
    private final Rows rows;
    private final Drawing drawing;

    Attentions(Backend backend, Rows rows, Drawing drawing) {
        this.backend = backend;
        this.rows = rows;
        this.drawing = drawing;
    }

    void forward(
            Tensor q,
            Tensor k,
            Tensor v,
            @Nullable Tensor mask,
            double scale,
            Backend.@Nullable Dropout dropout,
            Tensor out,
            Tensor probabilities) {
        Tensor scores = q.matmul(k.transpose(-1, -2));
        Tensor left = dropout == null ? probabilities : scores;
        if (scores.shape().size() > 0) {
            rows.softmax(scores, mask, scale, probabilities, dropout, dropout == null ? null : left);
        }
        backend.matmul(left, v, out, false);
    }

    void backward(
            Tensor q,
            Tensor k,
            Tensor v,
            @Nullable Tensor mask,
            Tensor probabilities,
            double scale,
            Backend.@Nullable Dropout dropout,
            Tensor dOut,
            Tensor dQ,
            Tensor dK,
            Tensor dV) {
        Tensor left = probabilities;
        if (dropout != null) {
            left = probabilities.result("attention", probabilities.shape());
            drawing.drop(probabilities, dropout, left);
        }
        backend.matmul(left.transpose(-1, -2), dOut, dV, false);
        Tensor dProbabilities = dOut.matmul(v.transpose(-1, -2));
        Tensor dScores = probabilities.result("attention", probabilities.shape());
        if (dScores.shape().size() > 0) {
            rows.softmaxBackward(probabilities, dProbabilities, scale, dropout, dScores);
        }
        backend.matmul(dScores, k, dQ, false);
        backend.matmul(dScores.transpose(-1, -2), q, dK, false);
    }
}
