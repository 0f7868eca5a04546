package dev.rankine.lora;

import dev.rankine.transformer.Model;
import java.util.List;

/** LoRA cut to a budget afterwards, see {@link TruncatedLora}. */
public record TruncatedLoraMethod(
        @Setting("r while training") int rank,
        @Setting("s = alpha / r") double alpha,
        @Setting("share of triplets that is kept") double density,
        @Setting("dropout of the adapter's input") double dropout,
        @Setting("which matrices are adapted") Targets targets)
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
