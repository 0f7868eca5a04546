package dev.rankine.transformer.data;

import dev.rankine.tensor.random.Philox;
import dev.rankine.transformer.Pass;

/**
 * The order in which an epoch sees its examples: a shuffle by Fisher and Yates whose random numbers are indexed by seed
 * and epoch, so that any epoch's order can be had without the ones before it.
 */
public final class Shuffle {
    private static final long STREAM = Pass.stream("shuffle");

    private Shuffle() {}

    /** A permutation of 0 ... size - 1, each equally likely (to within size / 2^64). */
    public static int[] order(long seed, long epoch, int size) {
        int[] order = new int[size];
        for (int i = 0; i < size; i++) {
            int place = below(i + 1, seed, epoch, i);
            order[i] = order[place];
            order[place] = i;
        }
        return order;
    }

    /** A number in [0, bound) from 64 random bits. */
    private static int below(int bound, long seed, long epoch, long draw) {
        long high = Integer.toUnsignedLong(Philox.word(seed, STREAM, epoch, 0, 2 * draw));
        long low = Integer.toUnsignedLong(Philox.word(seed, STREAM, epoch, 0, 2 * draw + 1));
        return (int) Math.unsignedMultiplyHigh(high << 32 | low, bound);
    }
}
