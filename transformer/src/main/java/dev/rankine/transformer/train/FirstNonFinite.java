package dev.rankine.transformer.train;

import dev.rankine.autograd.Observation;
import dev.rankine.autograd.Variable;
import dev.rankine.tensor.DType;
import dev.rankine.tensor.Tensor;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Finds the first operation of a step whose result is not finite. An operation without a weight of its own belongs to the
 * module whose weight was used last before it.
 */
final class FirstNonFinite implements Observation.Observer {
    private final Map<Variable, String> names = new IdentityHashMap<>();
    private final Map<Variable, String> modules = new IdentityHashMap<>();
    private String module = "the input";
    private @Nullable String found;

    /** @param weights by name: module path, point, name */
    FirstNonFinite(Map<String, Variable> weights) {
        weights.forEach((name, weight) -> names.put(weight, name));
    }

    /** What was found, as the end of a sentence; null if every result was finite. */
    @Nullable
    String found() {
        return found;
    }

    @Override
    public void forward(String operation, List<Variable> inputs, Variable result) {
        for (Variable input : inputs) {
            String name = names.get(input);
            if (name != null) {
                module = name.contains(".") ? name.substring(0, name.lastIndexOf('.')) : name;
            }
        }
        modules.put(result, module);
        if (found == null && !isFinite(result.data())) {
            found = inputs.stream()
                    .filter(input -> names.containsKey(input) && !isFinite(input.data()))
                    .findFirst()
                    .map(input -> "the weight " + names.get(input) + " was not finite before the step")
                    .orElse("it was made first by '" + operation + "' in " + module);
        }
    }

    @Override
    public void backward(String operation, Variable result, List<@Nullable Tensor> gradients) {
        if (found == null && gradients.stream().anyMatch(gradient -> gradient != null && !isFinite(gradient))) {
            found = "it was made first by '" + operation + "' in " + modules.getOrDefault(result, module)
                    + ", on the way back";
        }
    }

    static boolean isFinite(Tensor tensor) {
        return tensor.dtype() == DType.I64 || Arrays.stream(tensor.toDoubles()).allMatch(Double::isFinite);
    }
}
