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

    /** The sites of several parts, one after another. */
    public static Sites join(List<Sites> parts) {
        return new Sites(
                parts.stream().flatMap(part -> part.linear.stream()).toList(),
                parts.stream().flatMap(part -> part.residual.stream()).toList(),
                parts.stream().flatMap(part -> part.keyValue.stream()).toList(),
                parts.stream().flatMap(part -> part.input.stream()).toList());
    }

    /** A few linear sites. */
    public static Sites of(LinearSite... sites) {
        return new Sites(List.of(sites), List.of(), List.of(), List.of());
    }

    public static Sites of(ResidualSite site) {
        return new Sites(List.of(), List.of(site), List.of(), List.of());
    }

    public static Sites of(KeyValueSite site) {
        return new Sites(List.of(), List.of(), List.of(site), List.of());
    }

    public static Sites of(InputSite site) {
        return new Sites(List.of(), List.of(), List.of(), List.of(site));
    }
}
