package dev.rankine.autograd.optim;

import dev.rankine.autograd.Variable;
import dev.rankine.tensor.Tensor;
import dev.rankine.tensor.Unary;

/**
 * The proximal operator of xi |.|_1, which minimises |u - v|^2 / 2 + xi |u|_1 over u: the soft threshold T(v) = sign(v)
 * max(|v| - xi, 0) (Parikh and Boyd, "Proximal algorithms", 2014, section 6.5.2).
 */
public final class Proximal {
    private Proximal() {}

    /**
     * T(v).
     *
     * @param xi one element, at least 0
     */
    public static Tensor softThreshold(Tensor v, Tensor xi) {
        Tensor above = v.minus(xi).map(Unary.RELU);
        Tensor below = v.map(Unary.NEGATE).minus(xi).map(Unary.RELU);
        return above.minus(below);
    }

    /** Replaces a parameter's weights by their soft threshold. */
    public static void step(Variable parameter, Tensor xi) {
        Tensor weight = parameter.data();
        Tensor thresholded = softThreshold(weight, xi);
        weight.backend().copy(thresholded, weight.forWriting("proximal"));
    }
}
