package dev.rankine.transformer.train;

import dev.rankine.autograd.Variable;
import dev.rankine.autograd.op.CrossEntropy;
import dev.rankine.autograd.op.Sum;
import dev.rankine.transformer.BertMaskedLanguageModel;
import dev.rankine.transformer.LanguageModel;
import dev.rankine.transformer.Pass;
import dev.rankine.transformer.data.TokenBatch;

/**
 * The cross-entropy of the symbols to predict, summed. Only the places that have one are scored: of a text with holes a
 * seventh, and the scores of a place are as many numbers as there are symbols.
 */
public record TokenObjective(Scores scores) implements Objective<TokenBatch> {
    /** How a model scores the symbols at the places of a batch that have one to predict: [N, V]. */
    @FunctionalInterface
    public interface Scores {
        Variable of(TokenBatch batch, Pass pass);
    }

    /** Of a model that predicts what follows; no symbol sees the padding behind it. */
    public static TokenObjective causal(LanguageModel model) {
        return new TokenObjective((batch, pass) -> model.logitsAt(batch.places(), batch.ids(), null, pass));
    }

    /** Of a model that fills holes. */
    public static TokenObjective masked(BertMaskedLanguageModel model) {
        return new TokenObjective(
                (batch, pass) -> model.logitsAt(batch.places(), batch.ids(), batch.mask(), null, pass));
    }

    @Override
    public Variable loss(TokenBatch batch, Pass pass) {
        return Sum.sum(losses(batch, pass));
    }

    /** The loss at every place that has a symbol to predict: [N]. */
    Variable losses(TokenBatch batch, Pass pass) {
        return CrossEntropy.crossEntropy(scores.of(batch, pass), batch.targets());
    }
}
