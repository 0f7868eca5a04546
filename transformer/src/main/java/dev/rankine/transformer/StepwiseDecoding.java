package dev.rankine.transformer;

import dev.rankine.autograd.GradientMode;
import dev.rankine.autograd.Variable;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** Writes symbol by symbol with cached keys and values. */
final class StepwiseDecoding implements EncoderDecoder.Decoding {
    private final Decoder decoder;
    private final Decoder.State state;
    private final TokenEmbedding tokens;
    private final @Nullable Variable scoreBias;

    StepwiseDecoding(
            Decoder decoder,
            int batch,
            @Nullable Encoded encoded,
            TokenEmbedding tokens,
            @Nullable Variable scoreBias) {
        this.decoder = decoder;
        this.state = decoder.start(batch, encoded, Pass.inference());
        this.tokens = tokens;
        this.scoreBias = scoreBias;
    }

    @Override
    public Tensor next(Tensor ids) {
        int batch = ids.shape().dim(0);
        try (var _ = GradientMode.noGrad()) {
            Variable h = decoder.step(ids.reshape(Shape.of(batch, 1)), state);
            Tensor scores = tokens.scores(h, scoreBias).data();
            return scores.reshape(Shape.of(batch, tokens.vocabulary()));
        }
    }
}
