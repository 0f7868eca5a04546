package dev.rankine.transformer.train;

import dev.rankine.autograd.Variable;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Parameters that are trained alike.
 *
 * @param name for logs and saved state, unique within a run
 * @param parameters by unique name
 * @param rate follows the run's schedule or is constant
 * @param weightDecay decoupled, of AdamW
 * @param clip whether the gradients take part in clipping by global norm
 * @param ascent whether to maximise, as for a Lagrange multiplier
 */
public record ParameterGroup(
        String name, Map<String, Variable> parameters, Rate rate, double weightDecay, boolean clip, boolean ascent) {
    public ParameterGroup {
        parameters = Collections.unmodifiableMap(new LinkedHashMap<>(parameters));
        if (!(weightDecay >= 0)) {
            throw new IllegalArgumentException(
                    "group " + name + ": weight decay must be at least 0, got " + weightDecay);
        }
    }

    /** The learning rate of a group. */
    public sealed interface Rate {
        /** The run's rate, with its warm-up and decay, times a factor. */
        record Scheduled(double factor) implements Rate {}

        /** The same at every step. */
        record Constant(double rate) implements Rate {}
    }
}
