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
import jdk.incubator.vector.VectorMask;
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

    private static final LongVector ZERO = LongVector.zero(LONGS);
    /** 0, 1, 2, ... */
    private static final LongVector LANES = ZERO.addIndex(1);

    private static final LongVector WEYL_0 = LongVector.broadcast(LONGS, Philox.WEYL_0);
    private static final LongVector WEYL_1 = LongVector.broadcast(LONGS, Philox.WEYL_1);

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
            // c0 and c2 without their upper halves: C2 multiplies 32 by 32 bits, not 64 by 64, where it sees that both
            // are empty
            LongVector low0 = LANES.add(block).and(LOW);
            LongVector low2 = ZERO.add(step).and(LOW);
            LongVector c1 = LongVector.broadcast(LONGS, example & LOW);
            LongVector c3 = LongVector.broadcast(LONGS, stream & LOW);
            LongVector m0 = ZERO.add(MULTIPLIER_0).and(LOW);
            LongVector m1 = ZERO.add(MULTIPLIER_1).and(LOW);
            // vectors, since broadcasting keys in every round takes a fifth of the time
            LongVector k0 = LongVector.broadcast(LONGS, seed);
            LongVector k1 = LongVector.broadcast(LONGS, seed >>> 32);
            for (int round = 0; round < Philox.ROUNDS; round++) {
                LongVector p0 = m0.mul(low0);
                LongVector p1 = m1.mul(low2);
                low0 = p1.lanewise(VectorOperators.LSHR, 32)
                        .lanewise(VectorOperators.XOR, c1)
                        .lanewise(VectorOperators.XOR, k0)
                        .and(LOW);
                low2 = p0.lanewise(VectorOperators.LSHR, 32)
                        .lanewise(VectorOperators.XOR, c3)
                        .lanewise(VectorOperators.XOR, k1)
                        .and(LOW);
                // the upper halves of c1, c3 and the keys are left as they come: only the lower ones count
                c1 = p1;
                c3 = p0;
                k0 = WEYL_0.add(k0);
                k1 = WEYL_1.add(k1);
            }
            LongVector early = ZERO.add(c1).lanewise(VectorOperators.LSHL, 32).or(low0);
            LongVector late = ZERO.add(c3).lanewise(VectorOperators.LSHL, 32).or(low2);
            // the top 23 bits k of each word as (k + 1/2) 2^-23
            IntVector first = FIRST_HALF.selectFrom(early, late).reinterpretAsInts();
            first.lanewise(VectorOperators.LSHR, 9)
                    .or(SHIFT_BITS)
                    .reinterpretAsFloats()
                    .fma(0x1p-23f, SHIFT_BACK)
                    .intoMemorySegment(ALL, to, ORDER);
            IntVector second = SECOND_HALF.selectFrom(early, late).reinterpretAsInts();
            second.lanewise(VectorOperators.LSHR, 9)
                    .or(SHIFT_BITS)
                    .reinterpretAsFloats()
                    .fma(0x1p-23f, SHIFT_BACK)
                    .intoMemorySegment(ALL, to + BYTES, ORDER);
            block += LONGS.length();
            to += 2L * BYTES;
        }
    }

    /** y = x factor where u >= p, else 0; all of whole vectors, y may be x or u. */
    static void drop(long x, long u, float p, float factor, long y, int vectors) {
        for (int i = 0; i < vectors; i++) {
            FloatVector kept =
                    FloatVector.fromMemorySegment(SPECIES, ALL, x, ORDER).mul(factor);
            VectorMask<Float> keeps =
                    FloatVector.fromMemorySegment(SPECIES, ALL, u, ORDER).compare(VectorOperators.GE, p);
            VectorMath.ZERO.blend(kept, keeps).intoMemorySegment(ALL, y, ORDER);
            x += BYTES;
            u += BYTES;
            y += BYTES;
        }
    }
}
