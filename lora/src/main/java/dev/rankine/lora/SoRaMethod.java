package dev.rankine.lora;

import dev.rankine.transformer.Model;
import java.util.List;

/**
 * SoRA, see {@link SoRa}. The paper searches its lambda; ours gives at the peak rate of the authors' GLUE script (8e-4) the
 * threshold that stands there (3e-4).
 */
public record SoRaMethod(
        @Setting("the paper's r_max, as in the authors' GLUE scripts")
        int rank,

        @Setting("the authors' alpha, s = alpha / r for ever")
        double alpha,

        @Setting("share of triplets to keep, those with the largest |g|; 0, the paper's way, keeps all whose gate "
                + "is not 0")
        double density,

        @Setting("the paper's lambda, threshold xi = rate lambda; with sora-code-compat it is xi itself, the "
                + "code's sparse_lambda_2, and must be far smaller (its script 3e-4)")
        double lambda,

        @Setting("what happens to the gates after a gradient step")
        GateThreshold threshold,

        @Setting("the code's sparse_lambda, weight of the mean |g| in the loss (its script 10)")
        double l1,

        @Setting("rate of the gates over the run's rate") double gateRate,

        @Setting("where triplets are chosen, as a fraction of all steps; 0 for 1, the paper's way, or .5 where a "
                + "density is asked for, since what is left must recover")
        double end,

        @Setting("dropout of the adapter's input") double dropout,
        @Setting("which matrices are adapted") Targets targets)
        implements Method {
    public SoRaMethod {
        LowRankSettings.check(rank, alpha, dropout);
        if (!(density >= 0 && density <= 1)) {
            throw new IllegalArgumentException("density must be in [0, 1], 0 for none in particular, got " + density);
        }
        if (!(lambda >= 0 && l1 >= 0 && gateRate > 0 && Double.isFinite(lambda + l1 + gateRate))) {
            throw new IllegalArgumentException(
                    "need lambda >= 0, l1 >= 0 and gate-rate > 0, got " + lambda + ", " + l1 + " and " + gateRate);
        }
        if (!(end >= 0 && end <= 1)) {
            throw new IllegalArgumentException("end must be in [0, 1], got " + end);
        }
    }

    public static SoRaMethod standard() {
        return new SoRaMethod(8, 16, 0, .375, GateThreshold.PROXIMAL, 0, 1, 0, 0, Targets.allLinear());
    }

    /** Where the choice of triplets is made, above 0. */
    double choice() {
        if (end > 0) {
            return end;
        }
        return density > 0 ? .5 : 1;
    }

    /** The same with another strength of the threshold. */
    public SoRaMethod strength(double other) {
        return new SoRaMethod(rank, alpha, density, other, threshold, l1, gateRate, end, dropout, targets);
    }

    @Override
    public String name() {
        return "sora";
    }

    @Override
    public String title() {
        return "SoRA: gates made sparse by a proximal step (Ding et al. 2023)";
    }

    @Override
    public AdaptedModel attach(Model model, Run run) {
        List<Lora> adapters = targets.select(model.sites()).stream()
                .map(site -> Lora.start(site, rank, alpha / rank, dropout, run.seed()))
                .toList();
        return new AdaptedModel(this, adapters, new SoRa(this, adapters, run));
    }
}
