package dev.rankine.lora;

import dev.rankine.autograd.Variable;
import dev.rankine.tensor.Tensor;
import dev.rankine.transformer.train.Clock;
import dev.rankine.transformer.train.Controller;
import dev.rankine.transformer.train.ParameterGroup;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A method's controller, with weights of the model that train beside its adapters.
 *
 * @param method decides over the adapters
 * @param more groups of the weights
 */
record BesideTraining(Controller method, List<ParameterGroup> more) implements Controller {
    @Override
    public List<ParameterGroup> parameterGroups() {
        return Stream.concat(method.parameterGroups().stream(), more.stream()).toList();
    }

    @Override
    public void beforeStep(Clock clock) {
        method.beforeStep(clock);
    }

    @Override
    public Map<String, Variable> leaves() {
        return method.leaves();
    }

    @Override
    public @Nullable Variable regularizer(Clock clock) {
        return method.regularizer(clock);
    }

    @Override
    public void afterBackward(Clock clock) {
        method.afterBackward(clock);
    }

    @Override
    public void afterStep(Clock clock) {
        method.afterStep(clock);
    }

    @Override
    public List<Replacement> shrink(Clock clock) {
        return method.shrink(clock);
    }

    @Override
    public Map<String, Double> report() {
        return method.report();
    }

    @Override
    public Map<String, Tensor> state() {
        return method.state();
    }

    @Override
    public void restore(Map<String, Tensor> state) {
        method.restore(state);
    }

    @Override
    public void finish() {
        method.finish();
    }
}
