package dev.rankine.tensor.random;

/**
 * The counter-based generator Philox 4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011). A
 * number depends on its index alone: the key is the seed, the counter is (position / 4, example, step, stream), and
 * position mod 4 picks one of the four words of a block.
 */
public final class Philox {
    public static final int ROUNDS = 10;
    public static final int MULTIPLIER_0 = 0xD2511F53;
    public static final int MULTIPLIER_1 = 0xCD9E8D57;
    public static final int WEYL_0 = 0x9E3779B9;
    public static final int WEYL_1 = 0xBB67AE85;
    private static final double HALF_STEP = 0.5;
    private static final double STEP = 0x1p-23;

    private Philox() {}

    /**
     * A number in the open interval (0, 1), one of 2^23 that are exact in F32 too.
     *
     * @param seed of the run
     * @param stream the place in the program that draws
     * @param step number of the step, below 2^32
     * @param example number of the example within the step's batch, below 2^32
     * @param position place of the element within the example, below 2^34
     */
    public static double uniform(long seed, long stream, long step, long example, long position) {
        return toUniform(word(seed, stream, step, example, position));
    }

    /** The top 23 bits of a word as the middle of one of 2^23 equal parts of (0, 1). */
    public static double toUniform(int word) {
        return ((word >>> 9) + HALF_STEP) * STEP;
    }

    /** The smallest of the uniform numbers that is at least p, which is exact in F32: comparing with it is too. */
    public static float threshold(double p) {
        return (float) ((Math.ceil(p / STEP - HALF_STEP) + HALF_STEP) * STEP);
    }

    /** A standard normal number (Box and Muller) from the uniform numbers at positions 2p and 2p + 1. */
    public static double normal(long seed, long stream, long step, long example, long position) {
        double radius = StrictMath.sqrt(-2 * StrictMath.log(uniform(seed, stream, step, example, 2 * position)));
        double angle = 2 * Math.PI * uniform(seed, stream, step, example, 2 * position + 1);
        return radius * StrictMath.cos(angle);
    }

    /** 32 random bits. */
    public static int word(long seed, long stream, long step, long example, long position) {
        int[] block =
                block((int) seed, (int) (seed >>> 32), (int) (position >>> 2), (int) example, (int) step, (int) stream);
        return block[(int) position & 3];
    }

    /** The four words that ten rounds make of a counter under a key. */
    public static int[] block(int key0, int key1, int counter0, int counter1, int counter2, int counter3) {
        int k0 = key0;
        int k1 = key1;
        int c0 = counter0;
        int c1 = counter1;
        int c2 = counter2;
        int c3 = counter3;
        for (int round = 0; round < ROUNDS; round++) {
            long product0 = Integer.toUnsignedLong(MULTIPLIER_0) * Integer.toUnsignedLong(c0);
            long product1 = Integer.toUnsignedLong(MULTIPLIER_1) * Integer.toUnsignedLong(c2);
            int mixed0 = (int) (product1 >>> 32) ^ c1 ^ k0;
            int mixed2 = (int) (product0 >>> 32) ^ c3 ^ k1;
            c1 = (int) product1;
            c3 = (int) product0;
            c0 = mixed0;
            c2 = mixed2;
            k0 += WEYL_0;
            k1 += WEYL_1;
        }
        return new int[] {c0, c1, c2, c3};
    }
}
