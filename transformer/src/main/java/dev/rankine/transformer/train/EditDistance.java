package dev.rankine.transformer.train;

/**
 * The smallest number of insertions, deletions and substitutions that make one sequence of another (Levenshtein 1966),
 * by the usual table, of which only one row is kept.
 */
public final class EditDistance {
    private EditDistance() {}

    public static int between(long[] a, long[] b) {
        int[] row = new int[b.length + 1];
        for (int j = 0; j <= b.length; j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length; i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length; j++) {
                int substituted = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(substituted, 1 + Math.min(row[j - 1], diagonal));
            }
        }
        return row[b.length];
    }
}
