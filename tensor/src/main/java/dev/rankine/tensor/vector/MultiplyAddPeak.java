package dev.rankine.tensor.vector;

import jdk.incubator.vector.FloatVector;

/** As many independent sums as hide the latency of a multiply-add: what one core can do at most. */
public final class MultiplyAddPeak {
    private static final int STEPS = 10_000;
    private static final int SUMS = 12;

    private MultiplyAddPeak() {}

    /** Multiplications and additions of one {@link #run}. */
    public static long operations() {
        return 2L * SUMS * STEPS * Lanes.COUNT;
    }

    /** Computes something of no interest; time it. */
    public static float run() {
        FloatVector x = FloatVector.broadcast(Lanes.SPECIES, 0.999f);
        FloatVector y = FloatVector.broadcast(Lanes.SPECIES, 1e-3f);
        FloatVector s0 = y;
        FloatVector s1 = y;
        FloatVector s2 = y;
        FloatVector s3 = y;
        FloatVector s4 = y;
        FloatVector s5 = y;
        FloatVector s6 = y;
        FloatVector s7 = y;
        FloatVector s8 = y;
        FloatVector s9 = y;
        FloatVector s10 = y;
        FloatVector s11 = y;
        for (int i = 0; i < STEPS; i++) {
            s0 = x.fma(s0, y);
            s1 = x.fma(s1, y);
            s2 = x.fma(s2, y);
            s3 = x.fma(s3, y);
            s4 = x.fma(s4, y);
            s5 = x.fma(s5, y);
            s6 = x.fma(s6, y);
            s7 = x.fma(s7, y);
            s8 = x.fma(s8, y);
            s9 = x.fma(s9, y);
            s10 = x.fma(s10, y);
            s11 = x.fma(s11, y);
        }
        FloatVector low = s0.add(s1).add(s2).add(s3).add(s4).add(s5);
        return Lanes.sum(low.add(s6).add(s7).add(s8).add(s9).add(s10).add(s11));
    }
}
