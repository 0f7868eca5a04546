package dev.rankine.transformer.site;

import java.util.List;

/** Every site of a model, in the order in which the data passes them. */
public record Sites(
        List<LinearSite> linear, List<ResidualSite> residual, List<KeyValueSite> keyValue, List<InputSite> input) {
    public Sites {
        linear = List.copyOf(linear);
        residual = List.copyOf(residual);
        keyValue = List.copyOf(keyValue);
        input = List.copyOf(input);
    }
}
