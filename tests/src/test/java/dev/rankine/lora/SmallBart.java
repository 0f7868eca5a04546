package dev.rankine.lora;

import dev.rankine.autograd.GradientMode;
import dev.rankine.autograd.Variable;
import dev.rankine.autograd.op.Affine;
import dev.rankine.tensor.Backend;
import dev.rankine.tensor.DType;
import dev.rankine.tensor.Draw;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import dev.rankine.transformer.Bart;
import dev.rankine.transformer.Pass;
import dev.rankine.transformer.RandomWeights;
import dev.rankine.transformer.TransformerSettings;
import dev.rankine.transformer.TransformerSettings.Dropouts;
import dev.rankine.transformer.TransformerSettings.Stack;
import dev.rankine.transformer.data.SequenceBatch;
import dev.rankine.transformer.data.SequenceBatcher;
import dev.rankine.transformer.data.SequencePair;
import dev.rankine.transformer.train.Seq2SeqObjective;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A BART of one encoder and one decoder layer, with every kind of site, and four sentences for it. */
final class SmallBart {
    static final int WIDTH = 6;
    static final int FEED_FORWARD = 8;

    final Bart model;
    final Backend backend;
    private final SequenceBatch batch;

    SmallBart(Backend backend, DType dtype, long seed) {
        this.backend = backend;
        Stack stack = new Stack(1, 2, FEED_FORWARD);
        TransformerSettings settings = TransformerSettings.of(11, WIDTH, 24, stack, stack)
                .dropout(Dropouts.NONE)
                .initStd(.5);
        model = new Bart(settings, new RandomWeights(backend, dtype, seed));
        List<SequencePair> pairs = new ArrayList<>();
        for (int n = 0; n < 4; n++) {
            long symbol = 4 + n;
            pairs.add(new SequencePair(
                    new long[] {3, symbol, 10 - n, 2}, n == 0 ? new long[] {symbol, 2} : new long[] {9, symbol, 5, 2}));
        }
        batch = new SequenceBatcher(backend, 1, 2, 1).batch(pairs, 0);
    }

    AdaptedModel attach(Method method) {
        return method.attach(model, new Method.Run(7, 0));
    }

    double[] logits() {
        try (var _ = GradientMode.noGrad()) {
            return model.logits(batch.inputIds(), batch.inputMask(), batch.decoderIds(), Pass.inference())
                    .data()
                    .toDoubles();
        }
    }

    /** The mean over the batch's symbols. */
    Variable loss(Pass pass) {
        return Affine.scale(new Seq2SeqObjective(model).loss(batch, pass), 1.0 / batch.count());
    }

    /** Makes steps up to this one. */
    void train(Rig rig, long until) {
        while (rig.at() < until) {
            Tensor clock = Tensor.ofLongs(backend, Shape.of(2), 3, rig.at());
            rig.step(() -> loss(Pass.training(new Draw(clock, 0, batch.examples()))));
        }
    }

    /** Copies of the weights by name. */
    Map<String, List<Double>> weights() {
        Map<String, List<Double>> copies = new TreeMap<>();
        model.weights().forEach((name, weight) -> {
            List<Double> values = new ArrayList<>();
            for (double value : weight.data().toDoubles()) {
                values.add(value);
            }
            copies.put(name, values);
        });
        return copies;
    }
}
