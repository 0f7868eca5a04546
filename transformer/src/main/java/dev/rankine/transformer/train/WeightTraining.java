package dev.rankine.transformer.train;

import dev.rankine.autograd.Variable;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Trains weights themselves and decides nothing: a model from scratch, or full fine-tuning. Unfreezes them. Only matrices
 * decay: biases and the gains of layer norm, which have one axis, do not.
 */
public final class WeightTraining implements Controller {
    private final List<ParameterGroup> groups;
    private boolean sawStep;

    /**
     * @param weights by their names, such as a model's {@code weights()}; at the run's rate
     * @param weightDecay decoupled, of the matrices
     */
    public WeightTraining(Map<String, Variable> weights, double weightDecay) {
        Map<String, Variable> matrices = new LinkedHashMap<>();
        Map<String, Variable> vectors = new LinkedHashMap<>();
        weights.forEach((name, weight) -> (weight.shape().rank() > 1 ? matrices : vectors).put(name, weight));
        this.groups = Stream.of(group("weights", matrices, weightDecay), group("weights.vectors", vectors, 0))
                .filter(group -> !group.parameters().isEmpty())
                .toList();
        weights.values().forEach(weight -> weight.requiresGradient(true));
    }

    private static ParameterGroup group(String name, Map<String, Variable> weights, double weightDecay) {
        return new ParameterGroup(name, weights, new ParameterGroup.Rate.Scheduled(1), weightDecay, true, false);
    }

    @Override
    public List<ParameterGroup> parameterGroups() {
        return groups;
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
