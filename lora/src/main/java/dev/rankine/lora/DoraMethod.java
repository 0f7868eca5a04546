package dev.rankine.lora;

import dev.rankine.transformer.Model;
import java.util.List;

/**
 * DoRA, see {@link Dora}.
 *
 * @param rank r; 8
 * @param alpha the alpha of LoRA; 16
 * @param scaling what s is made of alpha and r; alpha / r
 * @param norm whether the gradients see that the norm depends on A and B; detached, as in the paper's experiments
 * @param dropout of the adapter's input; 0
 * @param targets which matrices; all
 */
public record DoraMethod(
        int rank, double alpha, LoraMethod.Scaling scaling, Dora.Norm norm, double dropout, Targets targets)
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
