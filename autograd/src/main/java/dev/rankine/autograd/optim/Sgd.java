package dev.rankine.autograd.optim;

import dev.rankine.tensor.Binary;
import dev.rankine.tensor.Tensor;
import java.util.List;

/**
 * Stochastic gradient descent with momentum (Sutskever et al. 2013) and decoupled decay: {@code u = momentum u + g},
 * {@code w = w - rate (decay w + u)}. Without momentum nothing is remembered.
 */
public final class Sgd extends Slots {
    private static final String MOMENTUM = "momentum";

    private final double momentum;

    /**
     * @param momentum in [0, 1)
     */
    public Sgd(double momentum, List<OptimizerGroup> groups) {
        super(groups, momentum == 0 ? List.of() : List.of(MOMENTUM));
        if (!(momentum >= 0 && momentum < 1)) {
            throw new IllegalArgumentException("SGD: momentum must be in [0, 1), got " + momentum);
        }
        this.momentum = momentum;
    }

    /** One group without momentum. */
    public Sgd(OptimizerGroup group) {
        this(0, List.of(group));
    }

    @Override
    void step(List<Due> due, StepNumbers numbers) {
        due.forEach(one -> step(one.slot(), one.weight(), one.gradient(), numbers.of(one.weight(), one.rate())));
    }

    private void step(Slot slot, Tensor weight, Tensor gradient, Tensor rate) {
        slot.nextStep();
        Tensor direction = momentum == 0 ? gradient : accelerated(slot, gradient);
        double decay = slot.settings().weightDecay();
        Tensor change = decay == 0 ? direction : weight.affine(decay, 0).plus(direction);
        Tensor moved = change.times(rate);
        weight.backend().zip(Binary.SUBTRACT, weight, moved, weight);
    }

    private Tensor accelerated(Slot slot, Tensor gradient) {
        Tensor u = slot.memory(MOMENTUM).forWriting("sgd");
        Tensor slowed = u.affine(momentum, 0);
        u.backend().zip(Binary.ADD, slowed, gradient, u);
        return u;
    }
}
