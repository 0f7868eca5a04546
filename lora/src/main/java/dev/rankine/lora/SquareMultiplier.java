package dev.rankine.lora;

import dev.rankine.autograd.Variable;
import dev.rankine.tensor.Binary;
import dev.rankine.tensor.Tensor;
import dev.rankine.tensor.Unary;
import java.util.Map;

/**
 * The SaLoRA paper's lam (C - b)^2 with lam >= 0. The ascent's direction (C - b)^2 is a square, so lam never falls; the force
 * on C, 2 lam (C - b), vanishes at the target, so a task that pulls holds C away from b by a little.
 */
final class SquareMultiplier implements Multiplier {
    private final double target;
    private final Variable lam;
    private final Tensor zero;

    /**
     * @param target b
     * @param zero one element
     */
    SquareMultiplier(double target, Tensor zero) {
        this.target = target;
        this.zero = zero;
        lam = Variable.parameter(zero.clone(zero.dtype()));
    }

    @Override
    public Map<String, Variable> parameters() {
        return Map.of("multiplier", lam);
    }

    @Override
    public Tensor backward(Tensor density) {
        Tensor gap = density.affine(1, -target);
        lam.backward(gap.map(Unary.SQUARE));
        return gap.times(lam.data()).affine(2, 0);
    }

    @Override
    public void project() {
        lam.data().backend().zip(Binary.MAXIMUM, lam.data(), zero, lam.data().forWriting("multiplier"));
    }
}
