package dev.rankine.lora;

import dev.rankine.transformer.Model;
import java.util.List;

/** LoRA of one rank everywhere, see {@link Lora}. */
public record LoraMethod(
        @Setting("the paper's r, as in the authors' GLUE scripts and PEFT")
        int rank,

        @Setting("the paper's alpha, as in the authors' GLUE scripts")
        double alpha,

        @Setting("s = alpha / r, or rsLoRA's alpha / sqrt(r)")
        Scaling scaling,

        @Setting("how A and B begin") LoraStart start,

        @Setting("lambda of LoRA+ (Hayou et al. 2024), the rate of B over that of A; LoRA+ has 16")
        double bRateRatio,

        @Setting("dropout of the adapter's input") double dropout,
        @Setting("which matrices are adapted") Targets targets)
        implements Method {
    /** How the scale s follows from alpha and the rank r. */
    public enum Scaling {
        /** alpha / r (Hu et al. 2021). */
        STANDARD,
        /** alpha / sqrt(r), which keeps learning alive at high rank (Kalajdzievski, "rsLoRA", 2023). */
        RANK_STABILIZED;

        public double of(double alpha, int rank) {
            return alpha / (this == STANDARD ? rank : Math.sqrt(rank));
        }
    }

    public LoraMethod {
        LowRankSettings.check(rank, alpha, dropout);
        start.check(rank);
        if (!(bRateRatio > 0 && Double.isFinite(bRateRatio))) {
            throw new IllegalArgumentException("b-rate-ratio must be above 0, got " + bRateRatio);
        }
    }

    public static LoraMethod standard() {
        return new LoraMethod(8, 16, Scaling.STANDARD, LoraStart.UNIFORM, 1, 0, Targets.allLinear());
    }

    public static LoraMethod rankStabilized() {
        return standard().scaled(Scaling.RANK_STABILIZED);
    }

    public LoraMethod scaled(Scaling other) {
        return new LoraMethod(rank, alpha, other, start, bRateRatio, dropout, targets);
    }

    @Override
    public String name() {
        return scaling == Scaling.STANDARD ? "lora" : "rslora";
    }

    @Override
    public String title() {
        return scaling == Scaling.STANDARD
                ? "LoRA: low-rank updates of one rank (Hu et al. 2021)"
                : "rsLoRA: LoRA scaled by alpha / sqrt(rank) (Kalajdzievski 2023)";
    }

    @Override
    public AdaptedModel attach(Model model, Run run) {
        List<Lora> adapters = targets.select(model.sites()).stream()
                .map(site -> Lora.start(site, rank, scaling.of(alpha, rank), dropout, start, run.seed()))
                .toList();
        return new AdaptedModel(this, adapters, PlainController.of(adapters, run.weightDecay(), bRateRatio));
    }
}
