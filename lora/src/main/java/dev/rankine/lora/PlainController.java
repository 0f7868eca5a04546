package dev.rankine.lora;

import dev.rankine.autograd.Variable;
import dev.rankine.transformer.train.Controller;
import dev.rankine.transformer.train.ParameterGroup;
import dev.rankine.transformer.train.ParameterGroup.Rate;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Trains adapters and decides nothing: one group of parameters at the run's rate. */
record PlainController(List<? extends Adapter> adapters, double weightDecay) implements Controller {
    @Override
    public List<ParameterGroup> parameterGroups() {
        return List.of(adapterGroup(adapters, weightDecay));
    }

    static ParameterGroup adapterGroup(List<? extends Adapter> adapters, double weightDecay) {
        Map<String, Variable> parameters = new LinkedHashMap<>();
        adapters.forEach(adapter -> parameters.putAll(adapter.parameters()));
        return new ParameterGroup("adapters", parameters, new Rate.Scheduled(1), weightDecay, true, false);
    }
}
