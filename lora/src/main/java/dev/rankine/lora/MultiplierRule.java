package dev.rankine.lora;

import dev.rankine.tensor.Tensor;

/** How {@link SaLora} holds the expected density C at its target b. */
public enum MultiplierRule {
    /** lam (C - b)^2, lam >= 0: the SaLoRA paper. */
    SQUARE(400) {
        @Override
        Multiplier start(SaLoraMethod settings, Tensor zero) {
            return new SquareMultiplier(settings.density(), zero);
        }
    },
    /** lam1 (t_hat - t) + lam2 (t_hat - t)^2 on the sparsity, with a ramp of its target: FLOP and CoFi. */
    FLOP(800) {
        @Override
        Multiplier start(SaLoraMethod settings, Tensor zero) {
            return new FlopMultiplier(settings.density(), settings.ramp(), zero);
        }
    },
    /** lam (C - b), lam >= 0, with dual restarts: Gallego-Posada et al. and Cooper. */
    INEQUALITY(400) {
        @Override
        Multiplier start(SaLoraMethod settings, Tensor zero) {
            return new InequalityMultiplier(settings.density(), zero);
        }

        @Override
        double rate(SaLoraMethod settings) {
            return settings.dualRate() == 0 ? CONTROLLED_SPARSITY_RATE : settings.dualRate();
        }
    },
    /** No constraint. */
    NONE(0) {
        @Override
        Multiplier start(SaLoraMethod settings, Tensor zero) {
            return new NoMultiplier();
        }
    };

    /** dual_lr of the code of Gallego-Posada et al. */
    private static final double CONTROLLED_SPARSITY_RATE = 7e-4;

    private final long enoughUpdates;

    MultiplierRule(long enoughUpdates) {
        this.enoughUpdates = enoughUpdates;
    }

    /**
     * The multipliers at the start of a run.
     *
     * @param zero one element
     */
    abstract Multiplier start(SaLoraMethod settings, Tensor zero);

    /** The rate of the ascent. */
    double rate(SaLoraMethod settings) {
        return settings.dualRate() == 0 ? settings.gateRate() : settings.dualRate();
    }

    /** Below this many updates the expected density does not reach its target; measured without a task's loss. */
    long enoughUpdates() {
        return enoughUpdates;
    }
}
