package dev.rankine.lora;

import dev.rankine.transformer.Model;
import java.util.List;

/** DoRA, see {@link Dora}. */
public record DoraMethod(
        @Setting("r") int rank,
        @Setting("LoRA's alpha") double alpha,
        @Setting("s = alpha / r, or alpha / sqrt(r)") LoraMethod.Scaling scaling,

        @Setting("whether gradients see that the norm depends on A and B; the paper's experiments detach it")
        Dora.Norm norm,

        @Setting("dropout of the adapter's input") double dropout,
        @Setting("which matrices are adapted") Targets targets)
        implements Method {
    public DoraMethod {
        LowRankSettings.check(rank, alpha, dropout);
    }

    public static DoraMethod paper() {
        return new DoraMethod(8, 16, LoraMethod.Scaling.STANDARD, Dora.Norm.DETACHED, 0, Targets.allLinear());
    }

    @Override
    public String name() {
        return "dora";
    }

    @Override
    public String title() {
        return "DoRA: LoRA for the direction of each row, a magnitude for its length (Liu et al. 2024)";
    }

    @Override
    public AdaptedModel attach(Model model, Run run) {
        List<Dora> adapters = targets.select(model.sites()).stream()
                .map(site -> Dora.start(site, rank, scaling.of(alpha, rank), dropout, norm, run.seed()))
                .toList();
        return AdaptedModel.training(this, adapters, run);
    }
}
