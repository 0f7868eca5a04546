package dev.rankine.lora;

import dev.rankine.transformer.Model;
import java.util.ArrayList;
import java.util.List;

/** AdaLoRA, see {@link AdaLora}. Where the paper gives ranges, what PEFT and the comparison with it use stands. */
public record AdaLoraMethod(
        @Setting("r at the start, PEFT's init_r (there 12)") int rank,

        @Setting("the paper's alpha, s = alpha / (r + 1e-5) for ever")
        double alpha,

        @Setting("the paper's bT / b0, what the budget falls to (the paper 2/3, PEFT 8/12)")
        double density,

        @Setting("the paper's gamma, weight of the regulariser, PEFT's orth_reg_weight")
        double gamma,

        @Setting("the code's mean of norms, for which gamma .5 is meant, or the paper's sum of squares")
        Orthogonality orthogonality,

        @Setting("smoothing of the sensitivity") double beta1,
        @Setting("smoothing of the uncertainty") double beta2,

        @Setting("the paper's ti, steps at the full budget, as a fraction of all (PEFT 0)")
        double warmup,

        @Setting("the paper's tf, steps at the final budget, as a fraction of all (PEFT 0); quality suffers where "
                + "the budget falls fast")
        double cooldown,

        @Setting("the paper's Delta T, steps between two allocations (PEFT 1)")
        int interval,

        @Setting("dropout of the adapter's input") double dropout,
        @Setting("which matrices are adapted") Targets targets)
        implements Method {
    /** With fewer allocations the budget falls in leaps. */
    private static final long ENOUGH_ALLOCATIONS = 10;

    public AdaLoraMethod {
        LowRankSettings.check(rank, alpha, dropout);
        LowRankSettings.checkDensity(density);
        if (!(gamma >= 0 && Double.isFinite(gamma))) {
            throw new IllegalArgumentException("gamma must be at least 0, got " + gamma);
        }
        if (!(beta1 > 0 && beta1 < 1 && beta2 > 0 && beta2 < 1)) {
            throw new IllegalArgumentException(
                    "beta1 and beta2 must be between 0 and 1, got " + beta1 + " and " + beta2);
        }
        if (!(warmup >= 0 && cooldown >= 0 && warmup + cooldown < 1)) {
            throw new IllegalArgumentException(
                    "warmup and cooldown must be at least 0 and leave steps between them, got " + warmup + " and "
                            + cooldown);
        }
        if (interval < 1) {
            throw new IllegalArgumentException("interval must be at least 1 step, got " + interval);
        }
    }

    public static AdaLoraMethod standard() {
        return new AdaLoraMethod(8, 16, .5, .5, Orthogonality.MEAN_NORM, .85, .85, .1, .5, 10, 0, Targets.allLinear());
    }

    @Override
    public String name() {
        return "adalora";
    }

    @Override
    public String title() {
        return "AdaLoRA: singular triplets compete for a falling budget (Zhang et al. 2023)";
    }

    /** @throws IllegalArgumentException if no step is left between warm-up and cool-down */
    CubicBudget schedule(int initial, int target, long steps) {
        return new CubicBudget(
                initial, target, Math.round(warmup * steps), Math.round(cooldown * steps), steps, interval);
    }

    @Override
    public List<String> review(long steps) {
        List<String> doubts = new ArrayList<>(Method.super.review(steps));
        long allocations = schedule(2, 1, steps).allocations();
        if (allocations < ENOUGH_ALLOCATIONS) {
            doubts.add("adalora: the budget falls in " + allocations + " steps; with interval " + interval
                    + " and so few steps of training triplets have little time to be judged");
        }
        return doubts;
    }

    @Override
    public AdaptedModel attach(Model model, Run run) {
        List<SvdLora> adapters = targets.select(model.sites()).stream()
                .map(site -> SvdLora.start(site, rank, alpha, dropout, run.seed()))
                .toList();
        return new AdaptedModel(this, adapters, new AdaLora(this, adapters, run.weightDecay()));
    }
}
