package dev.rankine.lora;

import dev.rankine.transformer.Model;
import java.util.ArrayList;
import java.util.List;

/**
 * SalientLoRA, see {@link SalientLora}. The paper's numbers of steps are for long runs only; here they scale with the run.
 */
public record SalientLoraMethod(
        @Setting("the paper's average initial rank (there 15)")
        int rank,

        @Setting("the paper's alpha, s = alpha / (r + 1e-5) for ever (there 32)")
        double alpha,

        @Setting("the paper's target over initial rank (there 2/15)")
        double density,

        @Setting("weight of the orthogonal regulariser (language generation .1)")
        double orthWeight,

        @Setting("the paper's beta, least correlation of a dependency (language generation .8)")
        double beta,

        @Setting("the paper's gamma, least slope of a dependency")
        double gamma,

        @Setting("the paper's lambda, share of the magnitude in the salience")
        double lambda,

        @Setting("the paper's ni, steps before the first window, as a fraction of all")
        double warmup,

        @Setting("the paper's nf, steps in which ranks fall, as a fraction of all")
        double allocation,

        @Setting("the paper's Ti, steps of the first window; 0 for 10, or Tf if less")
        int firstWindow,

        @Setting("the paper's Tf, steps of the last window; 0 for 200, or nf / 10 if less")
        int lastWindow,

        @Setting("dropout of the adapter's input") double dropout,
        @Setting("which matrices are adapted") Targets targets)
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
