package dev.rankine.transformer.train;

import dev.rankine.autograd.Variable;
import dev.rankine.autograd.op.CrossEntropy;
import dev.rankine.autograd.op.Reshape;
import dev.rankine.autograd.op.Sum;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import dev.rankine.transformer.BertMaskedLanguageModel;
import dev.rankine.transformer.LanguageModel;
import dev.rankine.transformer.Pass;
import dev.rankine.transformer.data.TokenBatch;

/** The cross-entropy of the symbols to predict, summed over the places that have one. */
public record TokenObjective(Scores scores) implements Objective<TokenBatch> {
    /** How a model scores the symbols at every place: [B, T, V]. */
    @FunctionalInterface
    public interface Scores {
        Variable of(TokenBatch batch, Pass pass);
    }

    /** Of a model that predicts what follows; no symbol sees the padding behind it. */
    public static TokenObjective causal(LanguageModel model) {
        return new TokenObjective((batch, pass) -> model.logits(batch.ids(), null, pass));
    }

    /** Of a model that fills holes. */
    public static TokenObjective masked(BertMaskedLanguageModel model) {
        return new TokenObjective((batch, pass) -> model.logits(batch.ids(), batch.mask(), null, pass));
    }

    @Override
    public Variable loss(TokenBatch batch, Pass pass) {
        return Sum.sum(losses(batch, pass));
    }

    /** The loss at every place [B T], 0 where nothing is to be predicted. */
    Variable losses(TokenBatch batch, Pass pass) {
        return losses(scores.of(batch, pass), batch.targets());
    }

    /**
     * The cross-entropy at every place [B T].
     *
     * @param logits [B, T, V]
     * @param targets I64 [B, T], negative where nothing is to be predicted
     */
    static Variable losses(Variable logits, Tensor targets) {
        int places = Math.toIntExact(targets.shape().size());
        Variable rows = Reshape.reshape(logits, Shape.of(places, logits.shape().dim(-1)));
        return CrossEntropy.crossEntropy(rows, targets.reshape(Shape.of(places)));
    }
}
