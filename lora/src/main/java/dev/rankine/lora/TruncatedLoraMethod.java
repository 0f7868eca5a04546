package dev.rankine.lora;

import dev.rankine.transformer.Model;
import java.util.List;

/**
 * LoRA cut to a budget afterwards, see {@link TruncatedLora}.
 *
 * @param rank r while training; 8
 * @param alpha of s = alpha / r; 16
 * @param density the share of triplets that is kept; .5
 * @param dropout of the adapter's input; 0
 * @param targets which matrices; all
 */
public record TruncatedLoraMethod(int rank, double alpha, double density, double dropout, Targets targets)
        implements Method {
    public TruncatedLoraMethod {
        LowRankSettings.check(rank, alpha, dropout);
        LowRankSettings.checkDensity(density);
    }

    public static TruncatedLoraMethod standard() {
        return new TruncatedLoraMethod(8, 16, .5, 0, Targets.allLinear());
    }

    @Override
    public String name() {
        return "truncated";
    }

    @Override
    public String title() {
        return "LoRA cut afterwards to the largest singular values of all updates: the yardstick";
    }

    @Override
    public AdaptedModel attach(Model model, Run run) {
        List<Lora> adapters = targets.select(model.sites()).stream()
                .map(site -> Lora.start(site, rank, alpha / rank, dropout, run.seed()))
                .toList();
        return new AdaptedModel(this, adapters, new TruncatedLora(adapters, density, run.weightDecay()));
    }
}
