package dev.rankine.transformer.train;

import dev.rankine.transformer.data.ScoredTexts;
import dev.rankine.transformer.metric.Confusion;
import dev.rankine.transformer.metric.Correlation;
import dev.rankine.transformer.train.Outcome.Part;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Measures a classifier: {@code accuracy}, {@code f1} (of the second of two classes, else {@code macro_f1}) and {@code
 * matthews}; or, where it gives scores, {@code pearson}, {@code spearman} and {@code mse}, its mean.
 */
public final class TextMeasure implements Measure {
    private static final String ACCURACY = "accuracy";
    private static final String F1 = "f1";
    private static final String MACRO_F1 = "macro_f1";
    private static final String MATTHEWS = "matthews";
    private static final String PEARSON = "pearson";
    private static final String SPEARMAN = "spearman";
    private static final String MSE = "mse";

    private final TextScorer scorer;
    private final ScoredTexts examples;
    private final List<String> sources;
    private final List<String> labels;
    private List<Outcome> last = List.of();

    /**
     * @param examples with classes or scores
     * @param sources the texts, for the record
     * @param labels the names of the classes; none where there are scores
     */
    public TextMeasure(TextScorer scorer, ScoredTexts examples, List<String> sources, List<String> labels) {
        this.scorer = scorer;
        this.examples = examples;
        this.sources = List.copyOf(sources);
        this.labels = List.copyOf(labels);
    }

    /** What is measured with so many classes, 0 for scores. */
    public static List<String> metrics(int classes) {
        return classes == 0
                ? List.of(PEARSON, SPEARMAN, MSE)
                : List.of(ACCURACY, classes == 2 ? F1 : MACRO_F1, MATTHEWS);
    }

    @Override
    public Map<String, Double> evaluate() {
        double[][] logits = scorer.logits(examples.texts());
        return labels.isEmpty() ? scores(logits) : classes(logits);
    }

    private Map<String, Double> classes(double[][] logits) {
        int[] predicted = Arrays.stream(logits).mapToInt(TextMeasure::largest).toArray();
        int[] actual = Arrays.stream(examples.targets())
                .mapToInt(target -> (int) target)
                .toArray();
        List<Outcome> outcomes = new ArrayList<>();
        for (int i = 0; i < predicted.length; i++) {
            Map<String, Part> parts = new LinkedHashMap<>();
            parts.put(ACCURACY, Part.ofExample(predicted[i] == actual[i] ? 1 : 0));
            if (labels.size() == 2) {
                // 2 TP / (2 TP + FP + FN)
                parts.put(F1, new Part(2 * predicted[i] * actual[i], predicted[i] + actual[i]));
            }
            outcomes.add(new Outcome(sources.get(i), labels.get(actual[i]), labels.get(predicted[i]), parts));
        }
        last = outcomes;
        Confusion confusion = Confusion.of(predicted, actual, labels.size());
        Map<String, Double> metrics = new LinkedHashMap<>();
        metrics.put(ACCURACY, confusion.accuracy());
        metrics.put(labels.size() == 2 ? F1 : MACRO_F1, labels.size() == 2 ? confusion.f1(1) : confusion.macroF1());
        metrics.put(MATTHEWS, confusion.matthews());
        return metrics;
    }

    /** The place of the largest number, the first of several. */
    public static int largest(double[] logits) {
        int largest = 0;
        for (int i = 1; i < logits.length; i++) {
            largest = logits[i] > logits[largest] ? i : largest;
        }
        return largest;
    }

    private Map<String, Double> scores(double[][] logits) {
        double[] predicted = Arrays.stream(logits).mapToDouble(row -> row[0]).toArray();
        double[] actual = examples.targets();
        List<Outcome> outcomes = new ArrayList<>();
        double sum = 0;
        for (int i = 0; i < predicted.length; i++) {
            double error = predicted[i] - actual[i];
            sum += error * error;
            outcomes.add(new Outcome(
                    sources.get(i),
                    Double.toString(actual[i]),
                    Double.toString(predicted[i]),
                    Map.of(MSE, Part.ofExample(error * error))));
        }
        last = outcomes;
        Map<String, Double> metrics = new LinkedHashMap<>();
        metrics.put(PEARSON, Correlation.pearson(predicted, actual));
        metrics.put(SPEARMAN, Correlation.spearman(predicted, actual));
        metrics.put(MSE, sum / predicted.length);
        return metrics;
    }

    @Override
    public List<Outcome> outcomes() {
        if (last.isEmpty()) {
            throw new IllegalStateException("there is no outcome before the first evaluation: evaluate first");
        }
        return last;
    }
}
