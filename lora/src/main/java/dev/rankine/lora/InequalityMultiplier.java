package dev.rankine.lora;

import dev.rankine.autograd.Variable;
import dev.rankine.tensor.Binary;
import dev.rankine.tensor.Tensor;
import dev.rankine.tensor.Unary;
import java.util.Map;

/**
 * The inequality C <= b as lam (C - b) with lam >= 0 and dual restarts (Gallego-Posada et al., "Controlled Sparsity via
 * Constrained Optimization", 2022; Cooper): as soon as an update sees C <= b, lam is 0 again, so that the pull down ends
 * there. The momentum of Adam carries C below b (without a task to .455 for .5), and only a task that wants more gates
 * brings it back up. Its default rate
 * 7e-4 is that of their long runs: a task that pulls hard is not held within some 1500 updates, but is at .01.
 */
final class InequalityMultiplier implements Multiplier {
    private final double target;
    private final Variable lam;
    private final Tensor zero;
    private final Tensor exceeded;

    /**
     * @param target b
     * @param zero one element
     */
    InequalityMultiplier(double target, Tensor zero) {
        this.target = target;
        this.zero = zero;
        lam = Variable.parameter(zero.clone(zero.dtype()));
        exceeded = zero.clone(zero.dtype());
    }

    @Override
    public Map<String, Variable> parameters() {
        return Map.of("multiplier", lam);
    }

    @Override
    public Tensor backward(Tensor density) {
        Tensor gap = density.affine(1, -target);
        lam.backward(gap);
        Tensor feasible = gap.affine(-1, 0).map(Unary.STEP);
        gap.backend().affine(feasible, -1, 1, exceeded.forWriting("multiplier"));
        return lam.data();
    }

    /** max(lam, 0), and 0 where the update saw C <= b. */
    @Override
    public void project() {
        Tensor held = lam.data().zip(Binary.MAXIMUM, zero);
        held.backend().zip(Binary.MULTIPLY, held, exceeded, lam.data().forWriting("multiplier"));
    }
}
