package dev.rankine.transformer.decode;

/** Chooses the next symbol of a row by its scores. */
interface Choice {
    /**
     * @param scores of all rows, one after another
     * @param from where the scores of this row begin
     * @param vocabulary how many there are
     * @param row of the batch
     * @param step counted from 0
     */
    int choose(float[] scores, int from, int vocabulary, int row, int step);

    /** The highest score, of equal ones the first. */
    Choice HIGHEST = (scores, from, vocabulary, row, step) -> {
        int best = 0;
        for (int v = 1; v < vocabulary; v++) {
            best = scores[from + v] > scores[from + best] ? v : best;
        }
        return best;
    };

    /** @throws IllegalStateException if a score is not a number */
    static void requireNumbers(float[] scores, int from, int vocabulary, int step) {
        for (int v = 0; v < vocabulary; v++) {
            if (Float.isNaN(scores[from + v])) {
                throw new IllegalStateException("decoding: the score of symbol " + v + " at step " + step
                        + " is not a number: the weights hold NaN or infinity, or an adapter makes them");
            }
        }
    }
}
