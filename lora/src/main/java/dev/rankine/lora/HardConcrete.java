package dev.rankine.lora;

import dev.rankine.tensor.Binary;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import dev.rankine.tensor.Unary;

/**
 * The hard-concrete distribution (Louizos, Welling and Kingma, "Learning Sparse Neural Networks through L0
 * Regularization", 2018): a gate that is exactly 0 or exactly 1 with positive probability and still has a gradient. With
 * location la = log theta and u ~ U(0, 1),
 *
 * <pre>{@code
 * s = sigmoid((log u - log(1 - u) + la) / tau),   sb = s (zeta - gamma) + gamma,   g = min(1, max(0, sb))
 * }</pre>
 *
 * The location stands inside the division by tau. What follows in closed form, with l0 = log(-gamma / zeta) and l1 =
 * log((1 - gamma) / (zeta - 1)): P(g > 0) = sigmoid(la - tau l0) and P(g = 1) = sigmoid(la - tau l1).
 *
 * @param tau temperature, above 0; as it falls to 0 the gate becomes a coin that shows 1 with probability sigmoid(la)
 * @param gamma lower end of the stretch, below 0
 * @param zeta upper end of the stretch, above 1
 */
public record HardConcrete(double tau, double gamma, double zeta) {
    /** Uniform numbers stay this far from 0 and 1, as in the code of Louizos et al. */
    private static final double MARGIN = 1e-6;

    /** Simpson's panels for the mean gate; an even number. */
    private static final int PANELS = 2048;

    /** Nearer to theta = 1 than this the closed form of the mean gate cancels. */
    private static final double CANCELS = 1e-3;

    public HardConcrete {
        if (!(tau > 0 && gamma < 0 && zeta > 1 && Double.isFinite(tau + gamma + zeta))) {
            throw new IllegalArgumentException("hard-concrete gate: need tau > 0, gamma < 0 and zeta > 1, got tau "
                    + tau + ", gamma " + gamma + ", zeta " + zeta);
        }
    }

    // ---- tensors: what happens at every step ----

    /** The gates g for locations la and uniform numbers u in (0, 1) of the same shape. */
    public Tensor sample(Tensor la, Tensor u) {
        return clamped(stretched(sigmoidOf(la, u)));
    }

    /** dL/dla for dL/dg along the same path: dg/dla = (zeta - gamma) s (1 - s) / tau where 0 < sb < 1, else 0. */
    public Tensor sampleBackward(Tensor la, Tensor u, Tensor dG) {
        Tensor s = sigmoidOf(la, u);
        Tensor sb = stretched(s);
        Tensor above = sb.map(Unary.SIGN).map(Unary.RELU);
        Tensor below = sb.affine(-1, 1).map(Unary.SIGN).map(Unary.RELU);
        Tensor inside = dG.times(above).times(below);
        return s.zip(Binary.SIGMOID_BACKWARD, inside).affine((zeta - gamma) / tau, 0);
    }

    /** P(g > 0) for every location. */
    public Tensor open(Tensor la) {
        return la.affine(1, -tau * logitOfZero()).map(Unary.SIGMOID);
    }

    /** The gate at u = 1/2: clamp(sigmoid(la / tau) (zeta - gamma) + gamma). Above 0 iff P(g > 0) > 1/2. */
    public Tensor median(Tensor la) {
        return clamped(stretched(la.affine(1 / tau, 0).map(Unary.SIGMOID)));
    }

    private Tensor sigmoidOf(Tensor la, Tensor u) {
        Tensor inner = u.affine(1 - 2 * MARGIN, MARGIN);
        Tensor logit = inner.map(Unary.LOG).minus(inner.affine(-1, 1).map(Unary.LOG));
        return logit.plus(la).affine(1 / tau, 0).map(Unary.SIGMOID);
    }

    private Tensor stretched(Tensor s) {
        return s.affine(zeta - gamma, gamma);
    }

    private static Tensor clamped(Tensor sb) {
        Tensor one = sb.result("hardConcrete", Shape.of());
        one.backend().fill(one, 1);
        return sb.map(Unary.RELU).zip(Binary.MINIMUM, one);
    }

    // ---- numbers: the closed forms ----

    /** log(-gamma / zeta), the logit of the place where the stretched sigmoid crosses 0. */
    private double logitOfZero() {
        return StrictMath.log(-gamma / zeta);
    }

    /** log((1 - gamma) / (zeta - 1)), the logit of the place where it crosses 1. */
    private double logitOfOne() {
        return StrictMath.log((1 - gamma) / (zeta - 1));
    }

    /** P(g = 0) = sigmoid(tau l0 - la). */
    public double probabilityOfZero(double la) {
        return sigmoid(tau * logitOfZero() - la);
    }

    /** P(g > 0) = sigmoid(la - tau l0). */
    public double probabilityOpen(double la) {
        return sigmoid(la - tau * logitOfZero());
    }

    /** d P(g > 0) / d la = p (1 - p) with p = P(g > 0); divided by theta it is the derivative by theta. */
    public double probabilityOpenDerivative(double la) {
        return probabilityOpen(la) * probabilityOfZero(la);
    }

    /** P(g = 1) = sigmoid(la - tau l1). */
    public double probabilityOfOne(double la) {
        return sigmoid(la - tau * logitOfOne());
    }

    /** The gate for one uniform number. */
    public double sample(double la, double u) {
        double inner = u * (1 - 2 * MARGIN) + MARGIN;
        return clamp(sigmoid((StrictMath.log(inner) - StrictMath.log(1 - inner) + la) / tau));
    }

    /**
     * E[g], the integral of P(g > t) = sigmoid(la - tau logit((t - gamma) / (zeta - gamma))) over t from 0 to 1: in closed
     * form for tau = 1, else by Simpson's rule.
     */
    public double mean(double la) {
        double theta = StrictMath.exp(la);
        boolean closed = tau == 1 && Math.abs(theta - 1) > CANCELS && theta > CANCELS && theta < 1 / CANCELS;
        return closed ? meanInClosedForm(theta) : meanByQuadrature(la);
    }

    /** With D(x) = theta + (1 - theta) x: (zeta - gamma) theta / (1 - theta)^2 [ln D - D] between the places of 0 and 1. */
    private double meanInClosedForm(double theta) {
        double atZero = theta + (1 - theta) * -gamma / (zeta - gamma);
        double atOne = theta + (1 - theta) * (1 - gamma) / (zeta - gamma);
        double difference = StrictMath.log(atOne) - atOne - StrictMath.log(atZero) + atZero;
        return (zeta - gamma) * theta / ((1 - theta) * (1 - theta)) * difference;
    }

    private double meanByQuadrature(double la) {
        double sum = 0;
        for (int i = 0; i <= PANELS; i++) {
            double x = ((double) i / PANELS - gamma) / (zeta - gamma);
            double p = sigmoid(la - tau * StrictMath.log(x / (1 - x)));
            int weight = i == 0 || i == PANELS ? 1 : i % 2 == 1 ? 4 : 2;
            sum += weight * p;
        }
        return sum / (3.0 * PANELS);
    }

    double clamp(double s) {
        return Math.min(1, Math.max(0, s * (zeta - gamma) + gamma));
    }

    static double sigmoid(double x) {
        return 1 / (1 + StrictMath.exp(-x));
    }
}
