package dev.rankine.lora;

import java.util.Arrays;
import java.util.Comparator;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;

/** The five ways in which papers and their codes turn a hard-concrete gate into one number when nothing is random. */
public enum DeterministicGate {
    /** clamp(sigmoid(la) (zeta - gamma) + gamma), Louizos et al. 2018, equation 13: tau is left out. */
    LOUIZOS,
    /** clamp(sigmoid(la / tau) (zeta - gamma) + gamma), the gate at u = 1/2; above 0 iff P(g > 0) > 1/2. */
    MEDIAN,
    /** sigmoid(0.8 la / tau), with the round(n - sum P(g > 0)) smallest set to 0: the codes of FLOP and CoFi. */
    FLOP,
    /** E[g], which is never 0. */
    TRUE_MEAN,
    /** 1 where P(g > 0) > 1/2, else 0. */
    BINARY;

    private static final double FLOP_SLOPE = 0.8;

    /** The gates for all locations of a group; only {@link #FLOP} looks at them together. */
    public double[] of(HardConcrete law, double... la) {
        return switch (this) {
            case LOUIZOS -> each(la, x -> law.clamp(HardConcrete.sigmoid(x)));
            case MEDIAN -> each(la, x -> law.clamp(HardConcrete.sigmoid(x / law.tau())));
            case FLOP -> flop(law, la);
            case TRUE_MEAN -> each(la, law::mean);
            case BINARY -> each(la, x -> law.probabilityOpen(x) > 0.5 ? 1 : 0);
        };
    }

    /**
     * The same for gates that a choice has kept already, one by one: {@link #BINARY} is 1, and {@link #FLOP} closes none.
     */
    public double[] ofKept(HardConcrete law, double... la) {
        return switch (this) {
            case FLOP -> each(la, x -> flopSlope(law, x));
            case BINARY -> each(la, _ -> 1);
            default -> of(law, la);
        };
    }

    private static double flopSlope(HardConcrete law, double la) {
        return HardConcrete.sigmoid(FLOP_SLOPE * la / law.tau());
    }

    private static double[] each(double[] la, DoubleUnaryOperator gate) {
        return Arrays.stream(la).map(gate).toArray();
    }

    private static double[] flop(HardConcrete law, double[] la) {
        double[] gates = each(la, x -> flopSlope(law, x));
        double open = 0;
        for (double x : la) {
            open += law.probabilityOpen(x);
        }
        IntStream.range(0, la.length)
                .boxed()
                .sorted(Comparator.comparingDouble(j -> la[j]))
                .limit(Math.round(la.length - open))
                .forEach(j -> gates[j] = 0);
        return gates;
    }
}
