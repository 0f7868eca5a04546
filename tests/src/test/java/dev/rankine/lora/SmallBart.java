package dev.rankine.lora;

import dev.rankine.autograd.Variable;
import dev.rankine.autograd.op.Affine;
import dev.rankine.tensor.Backend;
import dev.rankine.tensor.DType;
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

/** A BART of one encoder and one decoder layer, with every kind of site, and four sentences for it. */
final class SmallBart extends SmallModel {
    static final int WIDTH = 6;
    static final int FEED_FORWARD = 8;
    private static final int SENTENCES = 4;

    private final Bart model;
    private final SequenceBatch batch;

    SmallBart(Backend backend, DType dtype, long seed) {
        super(backend, SENTENCES);
        Stack stack = new Stack(1, 2, FEED_FORWARD);
        TransformerSettings settings = TransformerSettings.of(11, WIDTH, 24, stack, stack)
                .dropout(Dropouts.NONE)
                .initStd(.5);
        model = new Bart(settings, new RandomWeights(backend, dtype, seed));
        List<SequencePair> pairs = new ArrayList<>();
        for (int n = 0; n < SENTENCES; n++) {
            long symbol = 4 + n;
            pairs.add(new SequencePair(
                    new long[] {3, symbol, 10 - n, 2}, n == 0 ? new long[] {symbol, 2} : new long[] {9, symbol, 5, 2}));
        }
        batch = new SequenceBatcher(backend, 1, 2).batch(pairs, 0);
    }

    @Override
    Bart model() {
        return model;
    }

    @Override
    Variable output(Pass pass) {
        return model.logits(batch.inputIds(), batch.inputMask(), batch.decoderIds(), pass);
    }

    /** The mean over the batch's symbols. */
    @Override
    Variable loss(Pass pass) {
        return Affine.scale(new Seq2SeqObjective(model).loss(batch, pass), 1.0 / batch.count());
    }
}
