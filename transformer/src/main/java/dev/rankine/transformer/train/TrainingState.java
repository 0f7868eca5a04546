package dev.rankine.transformer.train;

import dev.rankine.tensor.Tensor;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Everything of a run that changes from step to step, so that a run which goes on from here gives the bits of one that
 * was never interrupted. Random numbers and the order of examples need no state: they are indexed by the step.
 *
 * @param step how many steps were made
 * @param seconds of training so far
 * @param before metrics before the first step
 * @param settings of the trainer and size of its data, which a resuming run must share
 * @param tensors parameters, optimisers, controller and the losses not yet logged; the living ones, valid until the next
 *     step
 */
public record TrainingState(
        long step,
        double seconds,
        Map<String, Double> before,
        Map<String, String> settings,
        Map<String, Tensor> tensors) {
    public TrainingState {
        before = Finite.require(before);
        settings = Collections.unmodifiableMap(new LinkedHashMap<>(settings));
        tensors = Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
    }
}
