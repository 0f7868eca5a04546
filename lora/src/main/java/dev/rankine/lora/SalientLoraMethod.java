package dev.rankine.lora;

import dev.rankine.transformer.Model;
import java.util.ArrayList;
import java.util.List;

/**
 * SalientLoRA, see {@link SalientLora}. The paper's numbers of steps are for long runs only; here they scale with the run.
 *
 * @param rank the paper's average initial rank; 8 (the paper 15)
 * @param alpha s = alpha / (r + 1e-5) for ever; 16 (the paper 32)
 * @param density the paper's target over initial rank; .5 (the paper 2/15)
 * @param orthWeight weight of the regulariser; .5 (the paper's language generation .1)
 * @param beta the paper's beta, least correlation of a dependency; .9 (language generation .8)
 * @param gamma the paper's gamma, least slope of a dependency; 2
 * @param lambda the paper's lambda, share of the magnitude in the salience; .7
 * @param warmup the paper's ni as a fraction of all steps; .1
 * @param allocation the paper's nf as a fraction of all steps; .5
 * @param firstWindow the paper's Ti in steps; 0 stands for 10, less if Tf is
 * @param lastWindow the paper's Tf in steps; 0 stands for 200, less if nf / 10 is
 * @param dropout of the adapter's input; 0
 * @param targets which matrices; all
 */
public record SalientLoraMethod(
        int rank,
        double alpha,
        double density,
        double orthWeight,
        double beta,
        double gamma,
        double lambda,
        double warmup,
        double allocation,
        int firstWindow,
        int lastWindow,
        double dropout,
        Targets targets)
        implements Method {
    private static final int FIRST = 10;
    private static final int LAST = 200;

    public SalientLoraMethod {
        LowRankSettings.check(rank, alpha, dropout);
        LowRankSettings.checkDensity(density);
        new Salience(lambda, beta, gamma);
        if (!(orthWeight >= 0 && Double.isFinite(orthWeight))) {
            throw new IllegalArgumentException("orth-weight must be at least 0, got " + orthWeight);
        }
        if (!(warmup >= 0 && allocation > 0 && warmup + allocation <= 1)) {
            throw new IllegalArgumentException(
                    "need warmup >= 0, allocation > 0 and together at most 1, got " + warmup + " and " + allocation);
        }
        if (firstWindow < 0 || lastWindow < 0) {
            throw new IllegalArgumentException(
                    "first-window and last-window must be at least 1 step, or 0 for the usual, got " + firstWindow
                            + " and " + lastWindow);
        }
    }

    public static SalientLoraMethod standard() {
        return new SalientLoraMethod(8, 16, .5, .5, .9, 2, .7, .1, .5, 0, 0, 0, Targets.allLinear());
    }

    @Override
    public String name() {
        return "salientlora";
    }

    @Override
    public String title() {
        return "SalientLoRA: singular triplets pruned by magnitude and influence (Ke et al. 2024)";
    }

    Salience salience() {
        return new Salience(lambda, beta, gamma);
    }

    /** @throws IllegalArgumentException if windows of the lengths asked for do not fit */
    AdaptiveWindows schedule(int initial, int target, long steps) {
        long before = Math.round(warmup * steps);
        long during = Math.min(Math.round((warmup + allocation) * steps), steps) - before;
        int last = lastWindow > 0 ? lastWindow : Math.clamp(during / 10, 1, LAST);
        int first = firstWindow > 0 ? firstWindow : Math.min(FIRST, last);
        return new AdaptiveWindows(initial, target, before, during, first, last);
    }

    @Override
    public List<String> review(long steps) {
        List<String> doubts = new ArrayList<>(Method.super.review(steps));
        AdaptiveWindows windows = schedule(2, 1, steps);
        if (windows.first() == windows.last()) {
            doubts.add("salientlora: all windows have " + windows.first()
                    + " steps, and as ranks fall with their growth the first one prunes down to the target at once");
        }
        return doubts;
    }

    @Override
    public AdaptedModel attach(Model model, Run run) {
        List<SvdLora> adapters = targets.select(model.sites()).stream()
                .map(site -> SvdLora.start(site, rank, alpha, dropout, run.seed()))
                .toList();
        return new AdaptedModel(this, adapters, new SalientLora(this, adapters, run.weightDecay()));
    }
}
