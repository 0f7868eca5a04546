package dev.rankine.tensor.vector;

import static dev.rankine.tensor.vector.Lanes.ALL;
import static dev.rankine.tensor.vector.Lanes.BYTES;
import static dev.rankine.tensor.vector.Lanes.COUNT;
import static dev.rankine.tensor.vector.Lanes.ORDER;
import static dev.rankine.tensor.vector.Lanes.SPECIES;

import dev.rankine.tensor.random.Philox;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link Philox} for many positions at once: every lane of four vectors of longs holds a block's counter, so that L/2
 * blocks make 2 L words. A call writes whole groups of {@link #GROUP} numbers.
 */
final class RandomKernels {
    /** Numbers that are made together. */
    static final int GROUP = 2 * COUNT;

    private static final VectorSpecies<Long> LONGS = LongVector.SPECIES_PREFERRED;
    private static final long LOW = 0xFFFF_FFFFL;
    private static final long MULTIPLIER_0 = Integer.toUnsignedLong(Philox.MULTIPLIER_0);
    private static final long MULTIPLIER_1 = Integer.toUnsignedLong(Philox.MULTIPLIER_1);
    /** 2^23, whose bits with k in the fraction are those of 2^23 + k. */
    private static final int SHIFT_BITS = Float.floatToRawIntBits(0x1p23f);
    /** What (2^23 + k) 2^-23 lacks to (k + 1/2) 2^-23. */
    private static final float SHIFT_BACK = 0x1p-24f - 1;

    /** Deals the pairs of words (0, 1) and (2, 3) of the first half of the blocks, and of the second. */
    private static final LongVector FIRST_HALF = deal(0);

    private static final LongVector SECOND_HALF = deal(LONGS.length() / 2);

    private final long seed;
    private final long stream;
    private final long step;

    RandomKernels(long seed, long stream, long step) {
        this.seed = seed;
        this.stream = stream;
        this.step = step;
    }

    private static LongVector deal(int first) {
        long[] indices = new long[LONGS.length()];
        for (int lane = 0; lane < indices.length; lane++) {
            int pair = first + lane / 2;
            indices[lane] = lane % 2 == 0 ? pair : pair + LONGS.length();
        }
        return LongVector.fromArray(LONGS, indices, 0);
    }

    /** Uniform numbers in (0, 1) for {@code groups} groups of positions from {@code position}, a multiple of 4. */
    void uniform(long example, long position, long to, int groups) {
        long block = position >>> 2;
        for (int i = 0; i < groups; i++) {
            LongVector c0 = LongVector.broadcast(LONGS, block).addIndex(1);
            LongVector c1 = LongVector.broadcast(LONGS, example & LOW);
            LongVector c2 = LongVector.broadcast(LONGS, step & LOW);
            LongVector c3 = LongVector.broadcast(LONGS, stream & LOW);
            // C2 multiplies 32 by 32 bits, not 64 by 64, where it sees that both upper halves are empty
            LongVector m0 = LongVector.broadcast(LONGS, MULTIPLIER_0).and(LOW);
            LongVector m1 = LongVector.broadcast(LONGS, MULTIPLIER_1).and(LOW);
            // vectors, since broadcasting keys in every round takes a fifth of the time
            LongVector k0 = LongVector.broadcast(LONGS, seed);
            LongVector k1 = LongVector.broadcast(LONGS, seed >>> 32);
            for (int round = 0; round < Philox.ROUNDS; round++) {
                LongVector p0 = c0.and(LOW).mul(m0);
                LongVector p1 = c2.and(LOW).mul(m1);
                c0 = p1.lanewise(VectorOperators.LSHR, 32)
                        .lanewise(VectorOperators.XOR, c1)
                        .lanewise(VectorOperators.XOR, k0);
                c2 = p0.lanewise(VectorOperators.LSHR, 32)
                        .lanewise(VectorOperators.XOR, c3)
                        .lanewise(VectorOperators.XOR, k1);
                // the upper halves of c0 to c3 and of the keys are left as they come: only the lower ones count
                c1 = p1;
                c3 = p0;
                k0 = k0.add(Philox.WEYL_0);
                k1 = k1.add(Philox.WEYL_1);
            }
            LongVector early = c1.lanewise(VectorOperators.LSHL, 32).or(c0.and(LOW));
            LongVector late = c3.lanewise(VectorOperators.LSHL, 32).or(c2.and(LOW));
            toUniform(FIRST_HALF.selectFrom(early, late)).intoMemorySegment(ALL, to, ORDER);
            toUniform(SECOND_HALF.selectFrom(early, late)).intoMemorySegment(ALL, to + BYTES, ORDER);
            block += LONGS.length();
            to += 2L * BYTES;
        }
    }

    /** The top 23 bits k of each word as (k + 1/2) 2^-23. */
    private static FloatVector toUniform(LongVector words) {
        IntVector top = words.reinterpretAsInts().lanewise(VectorOperators.LSHR, 9);
        return top.or(SHIFT_BITS).reinterpretAsFloats().fma(0x1p-23f, SHIFT_BACK);
    }

    /** y = x factor where u >= p, else 0; all of whole vectors, y may be x or u. */
    static void drop(long x, long u, float p, float factor, long y, int vectors) {
        for (int i = 0; i < vectors; i++) {
            FloatVector kept = Lanes.load(x).mul(factor);
            FloatVector.zero(SPECIES)
                    .blend(kept, Lanes.load(u).compare(VectorOperators.GE, p))
                    .intoMemorySegment(ALL, y, ORDER);
            x += BYTES;
            u += BYTES;
            y += BYTES;
        }
    }
}
