package dev.rankine.lora;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A method with settings that fit a {@link SmallBart}, for what is true of every method.
 *
 * @param atStart how far the logits may be from those of the bare model before training: 0 for the same bits, infinity for
 *     a method that begins elsewhere
 * @param gradient whether the backward pass gives the derivative of the loss
 */
record MethodCase(Method method, double atStart, boolean gradient) {
    /** What is changed of the defaults wherever a method has it. */
    private static final Map<String, String> SMALL =
            Map.of("rank", "2", "interval", "1", "density", "0.5", "bottleneck", "3", "length", "2");

    /** How far beginnings other than the same bits are from the bare model. */
    private static final Map<String, Double> AT_START = Map.of(
            "dora",
            1e-6,
            "houlsby",
            .01,
            "pfeiffer",
            .01,
            "fusion",
            Double.POSITIVE_INFINITY,
            "prefix",
            Double.POSITIVE_INFINITY,
            "prompt",
            Double.POSITIVE_INFINITY);

    /** Every method of the registry, and variants of some. */
    static List<MethodCase> all() {
        List<MethodCase> all = new ArrayList<>();
        for (Method method : Methods.all()) {
            all.add(fitted(method, Map.of()));
        }
        for (LoraStart start : LoraStart.values()) {
            all.add(fitted(
                    Methods.named("lora"),
                    Map.of("start", start.name().toLowerCase().replace('_', '-'))));
        }
        all.add(fitted(Methods.named("lora"), Map.of("b-rate-ratio", "16")));
        all.add(fitted(Methods.named("dora"), Map.of("norm", "exact")));
        all.add(fitted(Methods.named("sora"), Map.of("end", "0.5", "l1", "1")));
        all.add(fitted(Methods.named("prefix"), Map.of("hidden", "5")));
        all.add(fitted(Methods.named("pfeiffer"), Map.of("spread", "0")));
        all.add(fitted(Methods.named("sora"), Map.of("threshold", "sora-code-compat", "lambda", "0.001")));
        return all;
    }

    static MethodCase fitted(Method method, Map<String, String> settings) {
        Map<String, String> changed = new HashMap<>(SMALL);
        changed.keySet().retainAll(method.settings().keySet());
        changed.putAll(settings);
        if (method instanceof FusionMethod) {
            changed.put("adapters", Experts.folders());
        }
        double atStart = AT_START.getOrDefault(method.name(), 0.0);
        if ("orthogonal".equals(settings.get("start"))) {
            atStart = 1e-6;
        } else if ("0".equals(settings.get("spread"))) {
            atStart = 0;
        }
        boolean detached = method.name().equals("dora") && !settings.containsKey("norm");
        return new MethodCase(method.with(changed), atStart, !detached);
    }

    boolean has(String setting) {
        return method.settings().containsKey(setting);
    }

    @Override
    public String toString() {
        Map<String, String> settings = new HashMap<>(method.settings());
        settings.entrySet().removeAll(Methods.named(method.name()).settings().entrySet());
        return method.name() + " " + settings;
    }
}
