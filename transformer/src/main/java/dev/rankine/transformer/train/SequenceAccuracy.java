package dev.rankine.transformer.train;

import dev.rankine.autograd.GradientMode;
import dev.rankine.tensor.Scope;
import dev.rankine.tensor.ScopePool;
import dev.rankine.transformer.data.SequenceBatcher;
import dev.rankine.transformer.data.SequencePair;
import dev.rankine.transformer.text.CharacterVocabulary;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Compares what a model writes with what it should have written. {@code exact} is the share of sequences that are right
 * in every symbol; {@code error_rate} the sum of the edit distances over the sum of the references' lengths.
 *
 * <p>A prediction counts up to its end symbol and without special symbols; a reference without its start and end. A
 * reference symbol outside the vocabulary can so never be met.
 */
public final class SequenceAccuracy implements Evaluator {
    private final Predictor predictor;
    private final SequenceBatcher batcher;
    private final List<SequencePair> pairs;
    private final int batch;
    private final ScopePool memory;

    /**
     * @param pairs what to predict, at least one; targets with start and end symbols
     * @param batch sequences decoded side by side
     */
    public SequenceAccuracy(Predictor predictor, SequenceBatcher batcher, List<SequencePair> pairs, int batch) {
        if (pairs.isEmpty() || batch < 1) {
            throw new IllegalArgumentException("evaluation needs at least one pair and a batch of at least 1, got "
                    + pairs.size() + " and " + batch);
        }
        this.predictor = predictor;
        this.batcher = batcher;
        this.pairs = List.copyOf(pairs);
        this.batch = batch;
        this.memory = new ScopePool(batcher.backend());
    }

    @Override
    public Map<String, Double> evaluate() {
        long exact = 0;
        long edits = 0;
        long length = 0;
        for (int from = 0; from < pairs.size(); from += batch) {
            List<SequencePair> some = pairs.subList(from, Math.min(from + batch, pairs.size()));
            List<long[]> written = predict(some);
            for (int i = 0; i < some.size(); i++) {
                long[] reference = reference(some.get(i));
                int distance = EditDistance.between(symbols(written.get(i)), reference);
                exact += distance == 0 ? 1 : 0;
                edits += distance;
                length += reference.length;
            }
        }
        if (length == 0) {
            throw new IllegalArgumentException("evaluation: every reference is empty, the error rate has no meaning");
        }
        Map<String, Double> metrics = new LinkedHashMap<>();
        metrics.put("exact", (double) exact / pairs.size());
        metrics.put("error_rate", (double) edits / length);
        return metrics;
    }

    private List<long[]> predict(List<SequencePair> some) {
        try (GradientMode.Guard _ = GradientMode.noGrad();
                Scope _ = memory.open()) {
            SequenceBatcher.Padded input =
                    batcher.pad(some.stream().map(SequencePair::source).toList());
            List<long[]> written = predictor.predict(input.ids(), input.mask());
            if (written.size() != some.size()) {
                throw new IllegalStateException(
                        "evaluation: " + written.size() + " predictions for " + some.size() + " sources");
            }
            return written;
        }
    }

    /** What stands before the end symbol, without special symbols. */
    static long[] symbols(long[] written) {
        return Arrays.stream(written)
                .takeWhile(id -> id != CharacterVocabulary.END)
                .filter(id -> id > CharacterVocabulary.UNKNOWN)
                .toArray();
    }

    private static long[] reference(SequencePair pair) {
        long[] target = pair.target();
        return Arrays.copyOfRange(target, 1, Math.max(1, target.length - 1));
    }
}
