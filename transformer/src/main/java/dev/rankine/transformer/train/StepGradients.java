package dev.rankine.transformer.train;

import dev.rankine.autograd.Variable;
import dev.rankine.tensor.Reduction;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The gradients that there are at a point of a step.
 *
 * @param byName under the names of what they belong to: trained parameters, and the controller's leaves
 */
record StepGradients(Map<String, Tensor> byName) {
    static StepGradients of(Updates updates, Controller controller) {
        Map<String, Variable> all = new LinkedHashMap<>(updates.parameters());
        all.putAll(controller.leaves());
        Map<String, Tensor> byName = new LinkedHashMap<>();
        all.forEach((name, variable) -> {
            Tensor gradient = variable.gradient();
            if (gradient != null) {
                byName.put(name, gradient);
            }
        });
        return new StepGradients(byName);
    }

    List<Tensor> all() {
        return List.copyOf(byName.values());
    }

    /** Leaves zeros in every one. */
    void clear() {
        byName.values().forEach(gradient -> gradient.backend().fill(gradient.forWriting("skip"), 0));
    }

    /** Whether they and the loss are finite. */
    boolean areFiniteWith(Tensor loss) {
        // NaN and infinity survive in sums; a sum of huge finite numbers can overflow, so what it says is looked up
        Tensor sums = loss.result("finite", Shape.of(byName.size() + 1));
        loss.backend().copy(loss.reshape(Shape.of(1)), sums.slice(0, 0, 1));
        int place = 1;
        for (Tensor gradient : byName.values()) {
            int[] ones = new int[gradient.shape().rank()];
            Arrays.fill(ones, 1);
            Tensor sum = sums.slice(0, place, ++place).reshape(Shape.of(ones));
            gradient.backend().reduce(Reduction.SUM, gradient, sum);
        }
        return Double.isFinite(sums.reduce(Reduction.SUM, 0).item())
                || FirstNonFinite.isFinite(loss) && byName.values().stream().allMatch(FirstNonFinite::isFinite);
    }

    /** The name of the first that has an element that is not finite. */
    String nonFinite() {
        return byName.entrySet().stream()
                .filter(gradient -> !FirstNonFinite.isFinite(gradient.getValue()))
                .map(Map.Entry::getKey)
                .findFirst()
                .orElse("no parameter");
    }
}
