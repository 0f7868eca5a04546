package dev.rankine.transformer.train;

import dev.rankine.transformer.metric.Bleu;
import dev.rankine.transformer.metric.Rouge;
import dev.rankine.transformer.train.Outcome.Part;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Adds to what another measure says what texts share with their references: {@code bleu} of all of them, from 0 to 100, and
 * the means of {@code rouge1}, {@code rouge2} and {@code rougeL}, from 0 to 1.
 */
public record OverlapMeasure(Measure exact) implements Measure {
    private static final String BLEU = "bleu";
    private static final String ROUGE_1 = "rouge1";
    private static final String ROUGE_2 = "rouge2";
    private static final String ROUGE_L = "rougeL";

    /** What is added. */
    public static final List<String> METRICS = List.of(BLEU, ROUGE_1, ROUGE_2, ROUGE_L);

    @Override
    public Map<String, Double> evaluate() {
        Map<String, Double> metrics = new LinkedHashMap<>(exact.evaluate());
        List<Outcome> outcomes = outcomes();
        metrics.put(
                BLEU,
                Bleu.of(
                        outcomes.stream().map(Outcome::prediction).toList(),
                        outcomes.stream().map(Outcome::reference).toList()));
        metrics.putAll(
                Outcome.metrics(outcomes.stream().map(OverlapMeasure::rouge).toList()));
        return metrics;
    }

    /** With the examples' parts of ROUGE; BLEU is no mean over examples. */
    @Override
    public List<Outcome> outcomes() {
        return exact.outcomes().stream()
                .map(outcome -> {
                    Map<String, Part> parts = new LinkedHashMap<>(outcome.parts());
                    parts.putAll(rouge(outcome));
                    return new Outcome(outcome.source(), outcome.reference(), outcome.prediction(), parts);
                })
                .toList();
    }

    private static Map<String, Part> rouge(Outcome outcome) {
        String written = outcome.prediction();
        String wanted = outcome.reference();
        Map<String, Part> rouge = new LinkedHashMap<>();
        rouge.put(ROUGE_1, Part.ofExample(Rouge.n(1, written, wanted)));
        rouge.put(ROUGE_2, Part.ofExample(Rouge.n(2, written, wanted)));
        rouge.put(ROUGE_L, Part.ofExample(Rouge.l(written, wanted)));
        return rouge;
    }
}
