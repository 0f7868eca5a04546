package dev.rankine.transformer.train;

import dev.rankine.autograd.GradientMode;
import dev.rankine.tensor.Scope;
import dev.rankine.tensor.ScopePool;
import dev.rankine.transformer.data.SequenceBatcher;
import dev.rankine.transformer.data.SequencePair;
import dev.rankine.transformer.text.TextCodec;
import dev.rankine.transformer.train.Outcome.Part;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * Compares what a model writes with what it should have written. {@code exact} is the share of sequences that are right
 * in every symbol; {@code error_rate} the sum of the edit distances over the sum of the references' lengths.
 *
 * <p>A prediction counts up to its end symbol and without special symbols; a reference without its start and end. A
 * reference symbol outside the vocabulary can so never be met.
 */
public final class SequenceAccuracy implements Evaluator {
    public static final String EXACT = "exact";
    public static final String ERROR_RATE = "error_rate";

    private final Predictor predictor;
    private final SequenceBatcher batcher;
    private final List<SequencePair> pairs;
    private final TextCodec target;
    private final int batch;
    private final ScopePool memory;
    private List<long[]> lastPredictions = List.of();
    private List<Map<String, Part>> lastParts = List.of();

    /**
     * @param pairs what to predict, at least one; targets with start and end symbols
     * @param target whose symbols the model writes
     * @param batch sequences decoded side by side
     */
    public SequenceAccuracy(
            Predictor predictor, SequenceBatcher batcher, List<SequencePair> pairs, TextCodec target, int batch) {
        if (pairs.isEmpty() || batch < 1) {
            throw new IllegalArgumentException("evaluation needs at least one pair and a batch of at least 1, got "
                    + pairs.size() + " and " + batch);
        }
        this.predictor = predictor;
        this.batcher = batcher;
        this.pairs = List.copyOf(pairs);
        this.target = target;
        this.batch = batch;
        this.memory = new ScopePool(batcher.backend());
    }

    @Override
    public Map<String, Double> evaluate() {
        List<long[]> predictions = new ArrayList<>();
        List<Map<String, Part>> parts = new ArrayList<>();
        for (int from = 0; from < pairs.size(); from += batch) {
            List<SequencePair> some = pairs.subList(from, Math.min(from + batch, pairs.size()));
            List<long[]> written = predict(some);
            for (int i = 0; i < some.size(); i++) {
                long[] symbols = symbols(target, written.get(i));
                predictions.add(symbols);
                parts.add(compare(symbols, reference(some.get(i))));
            }
        }
        Map<String, Double> metrics = Outcome.metrics(parts);
        lastPredictions = predictions;
        lastParts = parts;
        return metrics;
    }

    private static Map<String, Part> compare(long[] written, long[] reference) {
        int distance = EditDistance.between(written, reference);
        Map<String, Part> parts = new LinkedHashMap<>();
        parts.put(EXACT, Part.ofExample(distance == 0 ? 1 : 0));
        parts.put(ERROR_RATE, new Part(distance, reference.length));
        return parts;
    }

    /**
     * What the last evaluation saw, example by example.
     *
     * @param source makes text of a source's ids
     * @throws IllegalStateException if there was no evaluation
     */
    public List<Outcome> outcomes(Function<long[], String> source) {
        if (lastParts.isEmpty()) {
            throw new IllegalStateException("there is no outcome before the first evaluation: evaluate first");
        }
        return IntStream.range(0, pairs.size())
                .mapToObj(i -> new Outcome(
                        source.apply(pairs.get(i).source()),
                        target.decode(pairs.get(i).target()),
                        target.decode(lastPredictions.get(i)),
                        lastParts.get(i)))
                .toList();
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
    static long[] symbols(TextCodec target, long[] written) {
        return Arrays.stream(written)
                .takeWhile(id -> id != target.end())
                .filter(id -> !target.isSpecial(id))
                .toArray();
    }

    private static long[] reference(SequencePair pair) {
        long[] target = pair.target();
        return Arrays.copyOfRange(target, 1, Math.max(1, target.length - 1));
    }
}
