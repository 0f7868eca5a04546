package dev.rankine.lora;

import dev.rankine.tensor.Shape;
import dev.rankine.transformer.Model;
import dev.rankine.transformer.site.InputSite;
import java.util.List;

/**
 * Prompt tuning, see {@link PromptAdapter}: l d numbers in front of the first stack that reads, the encoder of an
 * encoder-decoder. They change what the model computes from the start.
 */
public record PromptMethod(
        @Setting("the paper's l, how many rows (there up to 150)")
        int length,

        @Setting("deviation of the rows at the start, that of the paper's uniform numbers from [-.5, .5]; the "
                + "paper does best with rows of the vocabulary's embedding")
        double spread)
        implements Method {
    public PromptMethod {
        if (length < 1) {
            throw new IllegalArgumentException("length must be at least 1 row, got " + length);
        }
        if (!(spread >= 0 && Double.isFinite(spread))) {
            throw new IllegalArgumentException("spread must be at least 0, got " + spread);
        }
    }

    public static PromptMethod standard() {
        return new PromptMethod(20, .3);
    }

    @Override
    public String name() {
        return "prompt";
    }

    @Override
    public String title() {
        return "Prompt tuning: trained rows in front of the input (Lester et al. 2021)";
    }

    @Override
    public AdaptedModel attach(Model model, Run run) {
        if (model.sites().input().isEmpty()) {
            throw new IllegalArgumentException("the model declares no input site, so nothing can stand in front of it");
        }
        InputSite site = model.sites().input().getFirst();
        PromptAdapter prompt = new PromptAdapter(
                site,
                FreshWeights.beside(model, run.seed())
                        .normal(PromptAdapter.name(site), spread, Shape.of(length, site.width())));
        return AdaptedModel.training(this, List.of(prompt), run);
    }
}
