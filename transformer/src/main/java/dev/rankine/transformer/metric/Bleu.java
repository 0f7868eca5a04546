package dev.rankine.transformer.metric;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * BLEU of a corpus (Papineni et al. 2002) with one reference per prediction, as sacreBLEU computes it by default (Post 2018):
 * up to 4-grams, mteval's 13a tokenization, exponential smoothing. From 0 to 100.
 */
public final class Bleu {
    private static final int ORDER = 4;
    private static final Pattern PUNCTUATION = Pattern.compile("([{-~\\[-` -&(-+:-@/])");
    private static final Pattern BEHIND_NO_DIGIT = Pattern.compile("([^0-9])([.,])");
    private static final Pattern BEFORE_NO_DIGIT = Pattern.compile("([.,])([^0-9])");
    private static final Pattern DASH_BEHIND_DIGIT = Pattern.compile("([0-9])(-)");

    private Bleu() {}

    /** @param references one for each prediction; at least one */
    public static double of(List<String> predictions, List<String> references) {
        if (predictions.size() != references.size() || predictions.isEmpty()) {
            throw new IllegalArgumentException("BLEU needs a reference for every prediction, at least one; got "
                    + predictions.size() + " and " + references.size());
        }
        long[] correct = new long[ORDER];
        long[] total = new long[ORDER];
        long written = 0;
        long wanted = 0;
        for (int i = 0; i < predictions.size(); i++) {
            List<String> prediction = tokens(predictions.get(i));
            List<String> reference = tokens(references.get(i));
            written += prediction.size();
            wanted += reference.size();
            for (int n = 1; n <= ORDER; n++) {
                correct[n - 1] += common(grams(prediction, n), grams(reference, n));
                total[n - 1] += Math.max(0, prediction.size() - n + 1);
            }
        }
        return score(correct, total, written, wanted);
    }

    private static double score(long[] correct, long[] total, long written, long wanted) {
        if (Arrays.stream(correct).sum() == 0 || total[ORDER - 1] == 0) {
            return 0;
        }
        double logarithms = 0;
        double smoothing = 1;
        for (int n = 0; n < ORDER; n++) {
            if (correct[n] == 0) {
                smoothing *= 2;
            }
            double found = correct[n] == 0 ? 1 / smoothing : correct[n];
            logarithms += Math.log(100 * found / total[n]);
        }
        double brevity = written < wanted ? Math.exp(1 - (double) wanted / written) : 1;
        return brevity * Math.exp(logarithms / ORDER);
    }

    /** How often each n-gram occurs. */
    static Map<List<String>, Integer> grams(List<String> tokens, int n) {
        Map<List<String>, Integer> grams = new HashMap<>();
        for (int i = 0; i + n <= tokens.size(); i++) {
            grams.merge(tokens.subList(i, i + n), 1, Integer::sum);
        }
        return grams;
    }

    /** How many n-grams two texts share, each counted as often as both have it. */
    static long common(Map<List<String>, Integer> some, Map<List<String>, Integer> others) {
        return some.entrySet().stream()
                .mapToLong(gram -> Math.min(gram.getValue(), others.getOrDefault(gram.getKey(), 0)))
                .sum();
    }

    /** Tokenization 13a. */
    static List<String> tokens(String text) {
        String line = text.stripTrailing()
                .replace("<skipped>", "")
                .replace("-\n", "")
                .replace("\n", " ")
                .replace("&quot;", "\"")
                .replace("&amp;", "&")
                .replace("&lt;", "<")
                .replace("&gt;", ">");
        line = PUNCTUATION.matcher(" " + line + " ").replaceAll(" $1 ");
        line = BEHIND_NO_DIGIT.matcher(line).replaceAll("$1 $2 ");
        line = BEFORE_NO_DIGIT.matcher(line).replaceAll(" $1 $2");
        line = DASH_BEHIND_DIGIT.matcher(line).replaceAll("$1 $2 ");
        return Arrays.stream(line.split("\\s+", -1))
                .filter(token -> !token.isEmpty())
                .toList();
    }
}
