package dev.rankine.lora;

import dev.rankine.transformer.Model;
import java.util.ArrayList;
import java.util.List;

/**
 * AdaLoRA, see {@link AdaLora}. Where the paper gives ranges, what PEFT and the comparison with it use stands.
 *
 * @param rank r of the start, PEFT's init_r; 8 (PEFT 12)
 * @param alpha the paper's alpha, s = alpha / (r + 1e-5) for ever; 16
 * @param density the paper's bT / b0; .5 (the paper 2/3, PEFT 8/12)
 * @param gamma the paper's gamma, weight of the regulariser, PEFT's orth_reg_weight; .5
 * @param orthogonality the regulariser: the code's mean of norms, for which .5 is meant, or the paper's sum of squares
 * @param beta1 of the sensitivity; .85
 * @param beta2 of the uncertainty; .85
 * @param warmup the paper's ti as a fraction of all steps; .1 (PEFT 0)
 * @param cooldown the paper's tf as a fraction of all steps; .5 (PEFT 0). Convergence suffers where the budget falls fast
 * @param interval the paper's Delta T in steps; 10 (PEFT 1)
 * @param dropout of the adapter's input; 0
 * @param targets which matrices; all
 */
public record AdaLoraMethod(
        int rank,
        double alpha,
        double density,
        double gamma,
        Orthogonality orthogonality,
        double beta1,
        double beta2,
        double warmup,
        double cooldown,
        int interval,
        double dropout,
        Targets targets)
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
