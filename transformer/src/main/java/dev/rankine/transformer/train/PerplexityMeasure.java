package dev.rankine.transformer.train;

import dev.rankine.autograd.GradientMode;
import dev.rankine.tensor.Scope;
import dev.rankine.tensor.ScopePool;
import dev.rankine.transformer.Pass;
import dev.rankine.transformer.data.TokenBatch;
import dev.rankine.transformer.data.TokenTexts;
import dev.rankine.transformer.train.Outcome.Part;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Measures a model of words: {@code token_loss}, the mean cross-entropy in nats over all symbols to predict, and {@code
 * perplexity}, its exponential. Every symbol weighs the same, whatever the length of its text, so neither depends on how texts are
 * put together to batches.
 */
public final class PerplexityMeasure implements Measure {
    public static final String LOSS = "token_loss";
    public static final String PERPLEXITY = "perplexity";
    public static final List<String> METRICS = List.of(LOSS, PERPLEXITY);

    private final TokenObjective objective;
    private final TokenTexts texts;
    private final List<Text> written;
    private final int places;
    private final ScopePool memory;
    private List<Part> last = List.of();

    /**
     * An example as it stands in the record.
     *
     * @param source what comes before what is predicted; may be empty
     * @param reference what is predicted
     */
    public record Text(String source, String reference) {}

    /**
     * @param texts at least one
     * @param written the same as text
     * @param places how many places are read at once, at least those of one text
     */
    public PerplexityMeasure(TokenObjective objective, TokenTexts texts, List<Text> written, int places) {
        if (texts.size() == 0 || texts.size() != written.size()) {
            throw new IllegalArgumentException("evaluation needs at least one text, and each once more in words; got "
                    + texts.size() + " and " + written.size());
        }
        this.objective = objective;
        this.texts = texts;
        this.written = List.copyOf(written);
        this.places = places;
        this.memory = new ScopePool(texts.backend());
    }

    @Override
    public Map<String, Double> evaluate() {
        Part[] parts = new Part[texts.size()];
        int[] byLength = IntStream.range(0, parts.length)
                .boxed()
                .sorted(Comparator.comparingInt(texts::length))
                .mapToInt(i -> i)
                .toArray();
        int to;
        for (int from = 0; from < byLength.length; from = to) {
            to = from + 1;
            while (to < byLength.length && (to + 1 - from) * (long) texts.length(byLength[to]) <= places) {
                to++;
            }
            read(Arrays.copyOfRange(byLength, from, to), parts);
        }
        last = List.of(parts);
        double loss = last.stream().mapToDouble(Part::amount).sum()
                / last.stream().mapToDouble(Part::size).sum();
        Map<String, Double> metrics = new LinkedHashMap<>();
        metrics.put(LOSS, loss);
        metrics.put(PERPLEXITY, Math.exp(loss));
        return metrics;
    }

    private void read(int[] examples, Part[] parts) {
        try (GradientMode.Guard _ = GradientMode.noGrad();
                Scope _ = memory.open()) {
            TokenBatch batch = texts.batch(examples, 0);
            double[] losses = objective.losses(batch, Pass.inference()).data().toDoubles();
            int from = 0;
            for (int example : examples) {
                int count = texts.texts().get(example).count();
                parts[example] =
                        new Part(Arrays.stream(losses, from, from + count).sum(), count);
                from += count;
            }
        }
    }

    /** Nothing is written here: of every example its text and its part of the loss. */
    @Override
    public List<Outcome> outcomes() {
        if (last.isEmpty()) {
            throw new IllegalStateException("there is no outcome before the first evaluation: evaluate first");
        }
        List<Outcome> outcomes = new ArrayList<>();
        for (int i = 0; i < last.size(); i++) {
            Text text = written.get(i);
            outcomes.add(new Outcome(text.source(), text.reference(), "", Map.of(LOSS, last.get(i))));
        }
        return outcomes;
    }
}
