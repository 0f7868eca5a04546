package dev.rankine.transformer;

import dev.rankine.autograd.GradientMode;
import dev.rankine.autograd.Variable;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import dev.rankine.transformer.site.Sites;
import java.util.List;

/**
 * The encoder-decoder of Lewis et al. 2020 under the names of Hugging Face's {@code BartForConditionalGeneration}. One
 * embedding serves both stacks and the output. With pre-norm layers it is {@code MBartForConditionalGeneration}.
 */
public final class Bart extends Module implements EncoderDecoder {
    private final TransformerSettings settings;
    private final TokenEmbedding tokens;
    private final Encoder encoder;
    private final Decoder decoder;
    private final Variable scoreBias;

    public Bart(TransformerSettings settings, Weights weights) {
        super("");
        this.settings = settings;
        tokens = child(new TokenEmbedding("model.shared", settings, weights));
        encoder = child(new Encoder("model.encoder", tokens, 0, settings, weights));
        decoder = child(new Decoder("model.decoder", tokens, true, settings, weights));
        Shape row = Shape.of(1, settings.vocabulary());
        Tensor bias = buffer(weights, "final_logits_bias", row, new Weights.Start.Constant(0));
        scoreBias = Variable.constant(bias.reshape(Shape.of(settings.vocabulary())));
    }

    public TransformerSettings settings() {
        return settings;
    }

    @Override
    public Variable logits(Tensor inputIds, Tensor inputMask, Tensor decoderIds, Pass pass) {
        Encoded encoded = encoder.apply(inputIds, inputMask, null, pass);
        return tokens.scores(decoder.apply(decoderIds, null, encoded, pass), scoreBias);
    }

    @Override
    public Variable logitsAt(Tensor places, Tensor inputIds, Tensor inputMask, Tensor decoderIds, Pass pass) {
        Packing source = encoder.packing(inputIds, inputMask);
        if (source != null) {
            Packing target = decoder.packing(places, decoderIds, null);
            if (target != null && (source.spares() || target.spares())) {
                Encoded.Packed encoded = encoder.packed(source, inputIds, null, pass);
                Variable states = decoder.packed(target, decoderIds, encoded, pass);
                return tokens.scores(target.at(places, states), scoreBias);
            }
        }
        Encoded encoded = encoder.apply(inputIds, inputMask, null, pass);
        return tokens.scores(States.at(places, decoder.apply(decoderIds, null, encoded, pass)), scoreBias);
    }

    @Override
    public Decoding startDecoding(Tensor inputIds, Tensor inputMask) {
        Pass pass = Pass.inference();
        try (var _ = GradientMode.noGrad()) {
            Encoded encoded = encoder.apply(inputIds, inputMask, null, pass);
            return new StepwiseDecoding(decoder, inputIds.shape().dim(0), encoded, h -> tokens.scores(h, scoreBias));
        }
    }

    @Override
    public Sites sites() {
        return Sites.join(List.of(encoder.sites(), decoder.sites()));
    }
}
