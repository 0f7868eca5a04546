package dev.rankine.lora;

import dev.rankine.autograd.Variable;
import dev.rankine.transformer.train.Controller;
import dev.rankine.transformer.train.ParameterGroup;
import dev.rankine.transformer.train.ParameterGroup.Rate;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Trains adapters and decides nothing. */
record PlainController(List<ParameterGroup> parameterGroups) implements Controller {
    private static final String NAME = "adapters";

    /** One group of parameters at the run's rate. */
    static PlainController of(List<? extends Adapter> adapters, double weightDecay) {
        return new PlainController(List.of(adapterGroup(adapters, weightDecay)));
    }

    /** The same, but B moves at so many times the run's rate. */
    static PlainController of(List<Lora> adapters, double weightDecay, double bRateRatio) {
        if (bRateRatio == 1) {
            return of(adapters, weightDecay);
        }
        Map<String, Variable> a = new LinkedHashMap<>();
        Map<String, Variable> b = new LinkedHashMap<>();
        for (Lora adapter : adapters) {
            adapter.parameters()
                    .forEach((name, parameter) -> (parameter.equals(adapter.b()) ? b : a).put(name, parameter));
        }
        return new PlainController(
                List.of(group(NAME, a, 1, weightDecay), group(NAME + ".b", b, bRateRatio, weightDecay)));
    }

    static ParameterGroup adapterGroup(List<? extends Adapter> adapters, double weightDecay) {
        Map<String, Variable> parameters = new LinkedHashMap<>();
        adapters.forEach(adapter -> parameters.putAll(adapter.parameters()));
        return group(NAME, parameters, 1, weightDecay);
    }

    private static ParameterGroup group(
            String name, Map<String, Variable> parameters, double factor, double weightDecay) {
        return new ParameterGroup(name, parameters, new Rate.Scheduled(factor), weightDecay, true, false);
    }
}
