package dev.rankine.lora;

import java.util.List;
import java.util.stream.Collectors;

/** Every method, with its default settings. */
public final class Methods {
    private static final List<Method> ALL = List.of(
            LoraMethod.standard(),
            LoraMethod.rankStabilized(),
            DoraMethod.paper(),
            AdaLoraMethod.standard(),
            SaLoraMethod.paper(),
            SoRaMethod.standard(),
            SalientLoraMethod.standard(),
            TruncatedLoraMethod.standard(),
            BottleneckMethod.houlsby(),
            BottleneckMethod.pfeiffer(),
            FusionMethod.standard(),
            PrefixMethod.standard(),
            PromptMethod.standard(),
            new FullMethod());

    private Methods() {}

    /** In the order in which to list them. */
    public static List<Method> all() {
        return ALL;
    }

    /** @throws IllegalArgumentException if there is no such method, listing those there are */
    public static Method named(String name) {
        return ALL.stream()
                .filter(method -> method.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("there is no method '" + name + "'; there are: "
                        + ALL.stream().map(Method::name).collect(Collectors.joining(", "))));
    }
}
