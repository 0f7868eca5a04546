package dev.rankine.tensor;

/**
 * Sequences of different lengths whose rows lie one behind the other in a tensor [N, ...], without padding between them.
 */
public final class Sequences {
    /** Where each sequence begins, and behind the last the number of all rows. */
    private final int[] firsts;

    private final int longest;

    private Sequences(int[] firsts, int longest) {
        this.firsts = firsts;
        this.longest = longest;
    }

    /** @throws IllegalArgumentException if a length is negative */
    public static Sequences of(int... lengths) {
        int[] firsts = new int[lengths.length + 1];
        int longest = 0;
        for (int i = 0; i < lengths.length; i++) {
            if (lengths[i] < 0) {
                throw new IllegalArgumentException("sequence " + i + " has a length of " + lengths[i]);
            }
            firsts[i + 1] = Math.addExact(firsts[i], lengths[i]);
            longest = Math.max(longest, lengths[i]);
        }
        return new Sequences(firsts, longest);
    }

    /** How many there are. */
    public int count() {
        return firsts.length - 1;
    }

    /** N. */
    public int rows() {
        return firsts[count()];
    }

    /** Rows of the longest, 0 where there is none. */
    public int longest() {
        return longest;
    }

    /** The first row of a sequence; for {@link #count()} the number of all rows. */
    public int first(int sequence) {
        return firsts[sequence];
    }

    public int length(int sequence) {
        return firsts[sequence + 1] - firsts[sequence];
    }

    /** The rows of one sequence in x[N, ...]: a view. */
    public Tensor of(int sequence, Tensor x) {
        return x.slice(0, firsts[sequence], firsts[sequence + 1]);
    }
}
