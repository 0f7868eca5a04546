package dev.rankine.autograd.optim;

import dev.rankine.tensor.Backend;
import dev.rankine.tensor.Tensor;
import java.util.List;

/**
 * Adam with decoupled weight decay (Loshchilov and Hutter 2019): {@code m = beta1 m + (1 - beta1) g}, {@code v = beta2 v +
 * (1 - beta2) g^2}, {@code w = w - rate (decay w + (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + epsilon))}. Each
 * parameter counts its own steps t, from 1, so one that joins late is corrected like a new one.
 */
public final class AdamW extends Slots {
    private static final String M = "m";
    private static final String V = "v";

    /** The decay rates of the two moments and the term that keeps the division finite. */
    public record Settings(double beta1, double beta2, double epsilon) {
        /** .9, .999 and 1e-8. */
        public static final Settings DEFAULT = new Settings(0.9, 0.999, 1e-8);

        public Settings {
            requireShare("beta1", beta1);
            requireShare("beta2", beta2);
            if (!(epsilon > 0 && epsilon < Double.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException("AdamW: epsilon must be positive and finite, got " + epsilon);
            }
        }

        private static void requireShare(String name, double beta) {
            if (!(beta >= 0 && beta < 1)) {
                throw new IllegalArgumentException("AdamW: " + name + " must be in [0, 1), got " + beta);
            }
        }
    }

    private final Settings settings;

    public AdamW(Settings settings, List<OptimizerGroup> groups) {
        super(groups, List.of(M, V));
        this.settings = settings;
    }

    /** One group at the default settings. */
    public AdamW(OptimizerGroup group) {
        this(Settings.DEFAULT, List.of(group));
    }

    @Override
    void step(List<Due> due, StepNumbers numbers) {
        due.getFirst()
                .weight()
                .backend()
                .adamW(due.stream().map(one -> step(one, numbers)).toList());
    }

    private Backend.AdamWStep step(Due due, StepNumbers all) {
        Slot slot = due.slot();
        long t = slot.nextStep();
        Tensor numbers = all.of(
                due.weight(),
                due.rate(),
                1 - StrictMath.pow(settings.beta1(), t),
                1 - StrictMath.pow(settings.beta2(), t));
        return new Backend.AdamWStep(
                due.weight(),
                due.gradient(),
                slot.memory(M).forWriting("adamW"),
                slot.memory(V).forWriting("adamW"),
                numbers.slice(0, 0, 1),
                numbers.slice(0, 1, 3),
                new Backend.AdamW(
                        settings.beta1(),
                        settings.beta2(),
                        settings.epsilon(),
                        slot.settings().weightDecay()));
    }
}
