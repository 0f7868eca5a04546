package dev.rankine.transformer.data;

import dev.rankine.tensor.random.Philox;
import java.util.Arrays;
import java.util.function.LongPredicate;
import java.util.stream.IntStream;

/**
 * What a model that fills holes learns from (Devlin et al. 2019): of a text's symbols 15% are to be predicted, at least one; of
 * these 80% are hidden, 10% replaced by any symbol, 10% left. Which ones depends on the number of the text alone, so that
 * it is the same in every epoch and every evaluation.
 *
 * @param mask the symbol that hides another
 * @param vocabulary symbols that may replace another are below it
 */
public record HiddenTokens(long mask, int vocabulary) {
    private static final double CHOSEN = 0.15;
    private static final double HIDDEN = 0.8;
    private static final double REPLACED = 0.9;
    private static final long STREAM = 0x4D;

    /**
     * A text with holes.
     *
     * @param isSpecial symbols that are never chosen
     * @param number of the text
     * @throws IllegalArgumentException if there is nothing to choose
     */
    public LabelledTokens of(long[] ids, LongPredicate isSpecial, long number) {
        int[] places = IntStream.range(0, ids.length)
                .filter(i -> !isSpecial.test(ids[i]))
                .toArray();
        if (places.length == 0) {
            throw new IllegalArgumentException("a text of special symbols alone has nothing to hide");
        }
        long[] read = ids.clone();
        long[] targets = new long[ids.length];
        Arrays.fill(targets, SequenceBatch.IGNORED);
        int sure = places[(int) (uniform(number, 0, 3) * places.length)];
        for (int place : places) {
            if (place == sure || uniform(number, place, 0) < CHOSEN) {
                targets[place] = ids[place];
                double what = uniform(number, place, 1);
                if (what < HIDDEN) {
                    read[place] = mask;
                } else if (what < REPLACED) {
                    read[place] = (long) (uniform(number, place, 2) * vocabulary);
                }
            }
        }
        return new LabelledTokens(read, targets);
    }

    private static double uniform(long number, long place, long draw) {
        return Philox.uniform(0, STREAM, number, place, draw);
    }
}
