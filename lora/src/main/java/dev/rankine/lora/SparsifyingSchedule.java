package dev.rankine.lora;

import java.util.function.DoubleUnaryOperator;

/**
 * The strengths of the sparsifying scheduler of SoRA (Ding et al. 2023, algorithm 1 and appendix), from dense to sparse. Both
 * ends are exact.
 *
 * @param kind how the values lie between the ends
 * @param first the smallest strength, usually 0
 * @param last the largest
 * @param stages how many; at least 2
 */
public record SparsifyingSchedule(Kind kind, double first, double last, int stages) {
    /** How the values lie between the ends. */
    public enum Kind {
        /** At equal distances. */
        LINEAR(x -> x, x -> x),
        /** log of values at equal distances between e^first and e^last. */
        LOG_LINEAR(StrictMath::expm1, StrictMath::log1p),
        /** exp of values at equal distances between log first and log last: a constant ratio. */
        EXP_LINEAR(StrictMath::log, StrictMath::exp);

        private final DoubleUnaryOperator into;
        private final DoubleUnaryOperator back;

        Kind(DoubleUnaryOperator into, DoubleUnaryOperator back) {
            this.into = into;
            this.back = back;
        }
    }

    public SparsifyingSchedule {
        if (!(first >= 0 && first < last && Double.isFinite(last))) {
            throw new IllegalArgumentException(
                    "the schedule's strengths must rise from at least 0, got " + first + " to " + last);
        }
        if (kind == Kind.EXP_LINEAR && first == 0) {
            throw new IllegalArgumentException(
                    "an exp-linear schedule cannot begin at 0: its values have a constant ratio");
        }
        if (stages < 2) {
            throw new IllegalArgumentException("the schedule needs at least 2 stages, got " + stages);
        }
    }

    /** The strength of every stage. */
    public double[] values() {
        double[] values = new double[stages];
        double low = kind.into.applyAsDouble(first);
        double high = kind.into.applyAsDouble(last);
        for (int n = 0; n < stages; n++) {
            double share = (double) n / (stages - 1);
            values[n] = kind.back.applyAsDouble(low + share * (high - low));
        }
        values[0] = first;
        values[stages - 1] = last;
        return values;
    }
}
