package dev.rankine.transformer.data;

import java.util.stream.IntStream;

/**
 * The lengths that batches are padded to. A device records a step for each shape that it meets, and each one anew costs time; so
 * there batches of the same data have one of a few lengths, none longer than the longest of the data.
 *
 * @param step lengths are multiples of this, and the longest
 * @param longest up to which there are such lengths; what is longer stays as it is
 */
public record PaddedLengths(int step, int longest) {
    /** As long as the longest of the batch. */
    public static final PaddedLengths EXACT = new PaddedLengths(1, 0);
    /** Lengths of texts that come alone. */
    public static final int FEW = 4;

    public PaddedLengths {
        if (step < 1 || longest < 0) {
            throw new IllegalArgumentException("lengths are padded to a multiple of at least 1, up to a longest of at "
                    + "least 0, got " + step + " and " + longest);
        }
    }

    /** So many lengths at most for data of these lengths. */
    public static PaddedLengths few(int count, IntStream lengths) {
        int longest = lengths.max().orElse(1);
        return new PaddedLengths(Math.max(1, Math.ceilDiv(longest, count)), longest);
    }

    /** The length for a batch whose longest has this length. */
    public int of(int length) {
        long padded = (long) Math.ceilDiv(length, step) * step;
        return (int) Math.max(length, Math.min(longest, padded));
    }
}
