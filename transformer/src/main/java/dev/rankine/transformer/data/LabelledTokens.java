package dev.rankine.transformer.data;

import java.util.Arrays;

/** A text as a model of words learns from it: the symbols that it reads, and at every place the one to score highest. */
public final class LabelledTokens {
    private final long[] ids;
    private final long[] targets;
    private final int count;

    /**
     * @param ids what is read, at least one symbol
     * @param targets as many; {@link SequenceBatch#IGNORED} where there is nothing to predict
     * @throws IllegalArgumentException if the lengths differ or nothing is to be predicted
     */
    public LabelledTokens(long[] ids, long[] targets) {
        if (ids.length != targets.length) {
            throw new IllegalArgumentException(
                    "every place needs a target, got " + ids.length + " symbols and " + targets.length + " targets");
        }
        this.ids = ids.clone();
        this.targets = targets.clone();
        count = Math.toIntExact(Arrays.stream(targets)
                .filter(target -> target != SequenceBatch.IGNORED)
                .count());
        if (count == 0) {
            throw new IllegalArgumentException("there is nothing to predict in a text of " + ids.length + " symbols");
        }
    }

    public long[] ids() {
        return ids.clone();
    }

    public long[] targets() {
        return targets.clone();
    }

    public int length() {
        return ids.length;
    }

    /** How many places have something to predict. */
    public int count() {
        return count;
    }
}
