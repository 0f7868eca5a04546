package dev.rankine.tensor.vector;

import static dev.rankine.tensor.vector.Lanes.ALL;
import static dev.rankine.tensor.vector.Lanes.BYTES;
import static dev.rankine.tensor.vector.Lanes.ORDER;
import static dev.rankine.tensor.vector.Lanes.SPECIES;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/**
 * As many independent sums as hide the latency of a multiply-add: what one core can do at most. Each adds to itself, as
 * the sums of a product do; a multiply-add that overwrites a factor would cost a copy of the other summand.
 */
public final class MultiplyAddPeak {
    private static final int STEPS = 10_000;
    private static final int SUMS = 12;
    /** The sums are stored, lest a compiler finds that nobody wants them. */
    private final MemorySegment sums = Arena.ofAuto().allocate((long) SUMS * BYTES, 64);

    /** Multiplications and additions of one {@link #run}. */
    public static long operations() {
        return 2L * SUMS * STEPS * Lanes.COUNT;
    }

    /** Computes something of no interest; time it. */
    public void run() {
        long to = sums.address();
        FloatVector x = FloatVector.broadcast(SPECIES, 0.999f);
        FloatVector y = FloatVector.broadcast(SPECIES, 1e-3f);
        FloatVector s0 = FloatVector.zero(SPECIES);
        FloatVector s1 = FloatVector.zero(SPECIES);
        FloatVector s2 = FloatVector.zero(SPECIES);
        FloatVector s3 = FloatVector.zero(SPECIES);
        FloatVector s4 = FloatVector.zero(SPECIES);
        FloatVector s5 = FloatVector.zero(SPECIES);
        FloatVector s6 = FloatVector.zero(SPECIES);
        FloatVector s7 = FloatVector.zero(SPECIES);
        FloatVector s8 = FloatVector.zero(SPECIES);
        FloatVector s9 = FloatVector.zero(SPECIES);
        FloatVector s10 = FloatVector.zero(SPECIES);
        FloatVector s11 = FloatVector.zero(SPECIES);
        for (int i = 0; i < STEPS; i++) {
            s0 = x.fma(y, s0);
            s1 = x.fma(y, s1);
            s2 = x.fma(y, s2);
            s3 = x.fma(y, s3);
            s4 = x.fma(y, s4);
            s5 = x.fma(y, s5);
            s6 = x.fma(y, s6);
            s7 = x.fma(y, s7);
            s8 = x.fma(y, s8);
            s9 = x.fma(y, s9);
            s10 = x.fma(y, s10);
            s11 = x.fma(y, s11);
        }
        s0.intoMemorySegment(ALL, to, ORDER);
        s1.intoMemorySegment(ALL, to + BYTES, ORDER);
        s2.intoMemorySegment(ALL, to + 2L * BYTES, ORDER);
        s3.intoMemorySegment(ALL, to + 3L * BYTES, ORDER);
        s4.intoMemorySegment(ALL, to + 4L * BYTES, ORDER);
        s5.intoMemorySegment(ALL, to + 5L * BYTES, ORDER);
        s6.intoMemorySegment(ALL, to + 6L * BYTES, ORDER);
        s7.intoMemorySegment(ALL, to + 7L * BYTES, ORDER);
        s8.intoMemorySegment(ALL, to + 8L * BYTES, ORDER);
        s9.intoMemorySegment(ALL, to + 9L * BYTES, ORDER);
        s10.intoMemorySegment(ALL, to + 10L * BYTES, ORDER);
        s11.intoMemorySegment(ALL, to + 11L * BYTES, ORDER);
    }
}
