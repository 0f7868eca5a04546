package dev.rankine.transformer.metric;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * ROUGE (Lin 2004): F1 of what a prediction and its reference share, in words of letters and digits a-z and 0-9, small, without
 * stemming, as in Google's {@code rouge_score}. From 0 to 1, of one example; a corpus has the mean.
 */
public final class Rouge {
    private Rouge() {}

    /** ROUGE-n, shared n-grams. */
    public static double n(int n, String prediction, String reference) {
        Map<List<String>, Integer> written = Bleu.grams(words(prediction), n);
        Map<List<String>, Integer> wanted = Bleu.grams(words(reference), n);
        return f1(Bleu.common(written, wanted), size(written), size(wanted));
    }

    /** ROUGE-L, the longest common subsequence of words. */
    public static double l(String prediction, String reference) {
        List<String> written = words(prediction);
        List<String> wanted = words(reference);
        return f1(longestCommon(written, wanted), written.size(), wanted.size());
    }

    private static double f1(long common, long written, long wanted) {
        return common == 0 ? 0 : 2.0 * common / (written + wanted);
    }

    private static long size(Map<List<String>, Integer> grams) {
        return grams.values().stream().mapToLong(count -> count).sum();
    }

    private static long longestCommon(List<String> a, List<String> b) {
        int[] row = new int[b.size() + 1];
        for (String word : a) {
            int diagonal = 0;
            for (int j = 1; j <= b.size(); j++) {
                int above = row[j];
                row[j] = word.equals(b.get(j - 1)) ? diagonal + 1 : Math.max(above, row[j - 1]);
                diagonal = above;
            }
        }
        return row[b.size()];
    }

    private static List<String> words(String text) {
        return Arrays.stream(text.toLowerCase(Locale.ROOT).split("[^a-z0-9]+", -1))
                .filter(word -> !word.isEmpty())
                .toList();
    }
}
