package dev.rankine.transformer;

import dev.rankine.autograd.GradientMode;
import dev.rankine.autograd.Variable;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Writes symbol by symbol with cached keys and values. */
final class StepwiseDecoding implements Decoding {
    private final Decoder decoder;
    private final Decoder.State state;
    private final UnaryOperator<Variable> scores;

    /** @param scores [B, T, V] for states [B, T, C] */
    StepwiseDecoding(Decoder decoder, int batch, @Nullable Encoded encoded, UnaryOperator<Variable> scores) {
        this.decoder = decoder;
        this.state = decoder.start(batch, encoded, Pass.inference());
        this.scores = scores;
    }

    /** Reads symbols [B, T] whose successors are known, T may be 0. */
    StepwiseDecoding read(Tensor ids, int... padding) {
        state.padding(padding);
        if (ids.shape().dim(1) > 0) {
            try (var _ = GradientMode.noGrad()) {
                decoder.step(ids, state);
            }
        }
        return this;
    }

    @Override
    public Tensor next(Tensor ids) {
        int batch = ids.shape().dim(0);
        try (var _ = GradientMode.noGrad()) {
            Variable h = decoder.step(ids.reshape(Shape.of(batch, 1)), state);
            Tensor ofNext = scores.apply(h).data();
            return ofNext.reshape(Shape.of(batch, ofNext.shape().dim(-1)));
        }
    }

    @Override
    public void reorder(Tensor rows) {
        state.reorder(rows);
    }
}
