package dev.rankine.lora;

import java.util.ArrayList;
import java.util.List;

/**
 * SalientLoRA's schedule: after n steps, with c = (n - ni) / nf the share of the allocation phase that is over, the next
 * window is Tw steps long, and at its end r triplets stay,
 *
 * <pre>{@code
 * Tw(n) = round(Tf + (Ti - Tf) (1 - c)^3)         r(n) = ri - (Tw / Tf) (ri - rt), rounded down
 * }</pre>
 *
 * so that windows grow from Ti to Tf while the ranks fall; up to ni it is r = ri, and the last window ends at ni + nf with
 * r = rt, however long it is then.
 *
 * <p>The released code has c = n' / (nf + ni) with n' counted from ni, never reaches rt (158 triplets are kept where 144
 * were asked for) and does not prune at the end of the phase. This is the repaired form.
 *
 * @param initial ri, how many triplets there are
 * @param target rt
 * @param warmup ni, steps before the first window
 * @param allocation nf, steps of all windows together
 * @param first Ti, steps of the first window
 * @param last Tf
 */
record AdaptiveWindows(int initial, int target, long warmup, long allocation, int first, int last) {
    AdaptiveWindows {
        if (target < 1 || target > initial) {
            throw new IllegalArgumentException("a target of " + target + " triplets must be at least 1 and at most the "
                    + initial + " at the start");
        }
        if (warmup < 0 || allocation < 1) {
            throw new IllegalArgumentException("the windows need at least 1 step after a warm-up of at least 0, got "
                    + allocation + " after " + warmup);
        }
        if (first < 1 || first > last || last > allocation) {
            throw new IllegalArgumentException("windows that grow from " + first + " to " + last
                    + " steps must begin with at least 1, not shrink, and fit into " + allocation + " steps");
        }
    }

    /**
     * The steps of one window.
     *
     * @param before how many steps were made when it begins
     * @param end how many when it ends
     */
    record Window(long before, long end) {
        int length() {
            return Math.toIntExact(end - before);
        }
    }

    /** ni + nf, the step after which the choice is final. */
    long end() {
        return warmup + allocation;
    }

    /** Tw(n) for n steps made. */
    int length(long step) {
        double left = 1 - Math.clamp((double) (step - warmup) / allocation, 0, 1);
        return Math.toIntExact(Math.round(last + (first - last) * (left * left * left)));
    }

    /** r(n) for n steps made. */
    int budget(long step) {
        if (step <= warmup) {
            return initial;
        }
        double fallen = (double) length(step) / last;
        return step >= end() ? target : (int) (initial - fallen * (initial - target));
    }

    /** All windows, one after the other from ni to ni + nf. */
    List<Window> windows() {
        List<Window> windows = new ArrayList<>();
        for (long before = warmup; before < end(); before = windows.getLast().end()) {
            windows.add(new Window(before, Math.min(before + length(before), end())));
        }
        return windows;
    }
}
