package dev.rankine.lora;

/**
 * AdaLoRA's budget, the number of triplets that may be different from 0 after t steps:
 *
 * <pre>{@code
 * b(t) = b0                                                     t <= ti
 *        bT + (b0 - bT) (1 - (t - ti) / (T - tf - ti))^3        ti < t < T - tf, rounded down
 *        bT                                                     T - tf <= t
 * }</pre>
 *
 * <p>This is the released code. The paper prints 1 - (t - ti - tf) / (T - ti - tf) in the bracket, which jumps above b0 at
 * ti and misses bT at the end.
 *
 * @param initial b0, how many triplets there are
 * @param target bT
 * @param warmup ti, steps before the first allocation
 * @param cooldown tf, steps after the last one
 * @param steps T
 * @param interval Delta T: allocations happen at its multiples, and at T - tf
 */
record CubicBudget(int initial, int target, long warmup, long cooldown, long steps, long interval) {
    CubicBudget {
        if (target < 1 || target > initial) {
            throw new IllegalArgumentException("a budget of " + target + " triplets must be at least 1 and at most the "
                    + initial + " at the start");
        }
        if (interval < 1) {
            throw new IllegalArgumentException(
                    "the interval between allocations must be at least 1 step, got " + interval);
        }
        if (warmup < 0 || cooldown < 0 || warmup >= steps - cooldown) {
            throw new IllegalArgumentException("of " + steps + " steps " + warmup + " come before the budget falls and "
                    + cooldown + " after it: no step is left between them");
        }
    }

    /** T - tf, the step after which the choice is final. */
    long end() {
        return steps - cooldown;
    }

    /** b(t) for t steps made. */
    int at(long step) {
        if (step <= warmup) {
            return initial;
        }
        if (step >= end()) {
            return target;
        }
        double left = 1 - (double) (step - warmup) / (end() - warmup);
        return (int) (target + (initial - target) * (left * left * left));
    }

    /** Whether triplets are chosen after t steps. */
    boolean isAllocation(long step) {
        return step == end() || (warmup < step && step < end() && step % interval == 0);
    }

    /** How many allocations there are, the last one included. */
    long allocations() {
        return (end() - 1) / interval - warmup / interval + 1;
    }
}
