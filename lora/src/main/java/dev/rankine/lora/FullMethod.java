package dev.rankine.lora;

import dev.rankine.autograd.Variable;
import dev.rankine.transformer.Model;
import dev.rankine.transformer.train.WeightTraining;
import java.util.Map;

/**
 * Full fine-tuning: every weight is unfrozen and trained at the run's rate, usually 1e-5 to 5e-5 for a large model. Only
 * matrices decay. A copy of the weights is kept, so that {@link AdaptedModel#detach} restores them; what was trained is saved as
 * the whole model.
 */
public record FullMethod() implements Method {
    @Override
    public String name() {
        return "full";
    }

    @Override
    public String title() {
        return "Full fine-tuning: every weight of the model";
    }

    @Override
    public AdaptedModel attach(Model model, Run run) {
        Map<String, Variable> weights = model.weights();
        return new AdaptedModel(this, weights, new WeightTraining(weights, run.weightDecay()));
    }
}
