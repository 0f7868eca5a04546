package dev.rankine.autograd.optim;

import dev.rankine.autograd.Variable;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Parameters that an optimiser moves alike.
 *
 * @param parameters by name, in the order in which they are stepped; the names key the optimiser's saved state
 * @param rateFactor multiplies the rate of the step
 * @param weightDecay share of a weight taken off per unit of rate
 * @param ascent climbs the gradient instead of descending, as a Lagrange multiplier does; without decay
 */
public record OptimizerGroup(Map<String, Variable> parameters, double rateFactor, double weightDecay, boolean ascent) {
    public OptimizerGroup {
        parameters = Collections.unmodifiableMap(new LinkedHashMap<>(parameters));
        if (!(rateFactor > 0 && rateFactor < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("the rate factor must be positive and finite, got " + rateFactor);
        }
        if (!(weightDecay >= 0 && weightDecay < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("weight decay must be at least 0 and finite, got " + weightDecay);
        }
        if (ascent && weightDecay != 0) {
            throw new IllegalArgumentException("weight decay " + weightDecay
                    + " would make a climbing parameter grow: set it to 0 for a group with ascent");
        }
        parameters.forEach(OptimizerGroup::requireLeaf);
    }

    private static void requireLeaf(String name, Variable parameter) {
        if (!parameter.isLeaf() || !parameter.data().dtype().computes()) {
            throw new IllegalArgumentException(
                    "'" + name + "' cannot be stepped: it must be a leaf of type F32 or F64, got " + parameter);
        }
    }

    /** Parameters at the rate of the step, without decay. */
    public static OptimizerGroup of(Map<String, Variable> parameters) {
        return new OptimizerGroup(parameters, 1, 0, false);
    }

    public OptimizerGroup withWeightDecay(double decay) {
        return new OptimizerGroup(parameters, rateFactor, decay, ascent);
    }

    public OptimizerGroup withRateFactor(double factor) {
        return new OptimizerGroup(parameters, factor, weightDecay, ascent);
    }

    /** The same parameters, climbing. */
    public OptimizerGroup ascending() {
        return new OptimizerGroup(parameters, rateFactor, weightDecay, true);
    }

    /** The rate with which a parameter of this group moves: negative when it climbs. */
    double signedRate(double rate) {
        return (ascent ? -rate : rate) * rateFactor;
    }
}
