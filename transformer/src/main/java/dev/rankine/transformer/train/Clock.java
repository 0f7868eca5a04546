package dev.rankine.transformer.train;

import dev.rankine.tensor.Draw;
import dev.rankine.tensor.Tensor;

/**
 * Where a run stands.
 *
 * @param step counted from 0; during {@code afterStep} still the number of the step just made
 * @param steps of the whole run
 * @param rate one element: the learning rate of this step, before the factors of parameter groups
 * @param draw the random numbers of this step for things that all examples share (one example, number 0); set a stream
 */
public record Clock(long step, long steps, Tensor rate, Draw draw) {
    /** The step at which a phase that begins at this fraction of the run begins. */
    public long stepAt(double fraction) {
        return Math.round(fraction * steps);
    }
}
