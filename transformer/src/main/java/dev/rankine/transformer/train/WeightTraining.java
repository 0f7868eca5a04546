package dev.rankine.transformer.train;

import dev.rankine.autograd.Variable;
import java.util.List;
import java.util.Map;

/** Trains weights themselves and decides nothing: a model from scratch, or full fine-tuning. Unfreezes them. */
public final class WeightTraining implements Controller {
    private final ParameterGroup weights;
    private boolean sawStep;

    /**
     * @param weights by their names, such as a model's {@code weights()}; at the run's rate
     * @param weightDecay decoupled
     */
    public WeightTraining(Map<String, Variable> weights, double weightDecay) {
        this.weights =
                new ParameterGroup("weights", weights, new ParameterGroup.Rate.Scheduled(1), weightDecay, true, false);
        weights.values().forEach(weight -> weight.requiresGradient(true));
    }

    @Override
    public List<ParameterGroup> parameterGroups() {
        return List.of(weights);
    }

    @Override
    public void beforeStep(Clock clock) {
        sawStep = true;
    }

    @Override
    public void finish() {
        if (!sawStep) {
            throw new IllegalStateException("the weights saw no step: give the controller to the Trainer");
        }
    }
}
