package dev.rankine.lora;

import dev.rankine.tensor.Backend;
import dev.rankine.tensor.DType;
import dev.rankine.tensor.Tensor;
import dev.rankine.tensor.reference.ReferenceBackend;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A method with settings that fit a {@link SmallModel}, for what is true of every method.
 *
 * @param model what it adapts
 * @param atStart how far the logits may be from those of the bare model before training: 0 for the same bits, infinity for
 *     a method that begins elsewhere
 * @param gradient whether the backward pass gives the derivative of the loss
 */
record MethodCase(SmallModel.Kind model, Method method, double atStart, boolean gradient) {
    private static final Backend REFERENCE = new ReferenceBackend();
    private static final int SEED = 11;
    private static final int RUN = 3;
    private static final double RATE = .02;

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

    /** Every method of the registry on either model, and variants of some. */
    static List<MethodCase> all() {
        List<MethodCase> all = new ArrayList<>();
        for (SmallModel.Kind model : SmallModel.Kind.values()) {
            for (Method method : Methods.all()) {
                all.add(fitted(model, method, Map.of()));
            }
        }
        for (LoraStart start : LoraStart.values()) {
            all.add(variant("lora", Map.of("start", named(start))));
        }
        for (MultiplierRule rule : MultiplierRule.values()) {
            all.add(variant("salora", Map.of("multiplier", named(rule))));
        }
        all.add(variant("salora", Map.of("kept-gate", "binary", "start", "0")));
        all.add(variant("lora", Map.of("b-rate-ratio", "16")));
        all.add(variant("dora", Map.of("norm", "exact")));
        all.add(variant("adalora", Map.of("orthogonality", "squared-sum")));
        all.add(variant("salientlora", Map.of("gamma", "0.5", "beta", "0.1")));
        all.add(variant("sora", Map.of("end", "0.5", "l1", "1")));
        all.add(variant("sora", Map.of("threshold", "sora-code-compat", "lambda", "0.001")));
        all.add(variant("prefix", Map.of("hidden", "5")));
        all.add(variant("pfeiffer", Map.of("spread", "0")));
        return all;
    }

    private static String named(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static MethodCase variant(String method, Map<String, String> settings) {
        return fitted(SmallModel.Kind.BART, Methods.named(method), settings);
    }

    private static MethodCase fitted(SmallModel.Kind model, Method method, Map<String, String> settings) {
        Map<String, String> changed = new HashMap<>(SMALL);
        changed.keySet().retainAll(method.settings().keySet());
        changed.putAll(settings);
        if (method instanceof FusionMethod) {
            changed.put("adapters", Experts.folders(model));
        }
        double atStart = AT_START.getOrDefault(method.name(), 0.0);
        if ("orthogonal".equals(settings.get("start"))) {
            atStart = 1e-6;
        } else if ("0".equals(settings.get("spread"))) {
            atStart = 0;
        }
        boolean detached = method.name().equals("dora") && !settings.containsKey("norm");
        return new MethodCase(model, method.with(changed), atStart, !detached);
    }

    SmallModel fresh(DType dtype) {
        return model.make(REFERENCE, dtype, SEED);
    }

    /** What makes steps of a run of this length. */
    static Rig rig(AdaptedModel adapted, long steps) {
        return new Rig(adapted.controller(), REFERENCE, RUN, steps, RATE);
    }

    /** The same behind a checkpoint. */
    static Rig resume(AdaptedModel adapted, long steps, Map<String, Tensor> checkpoint, long step) {
        return Rig.resume(adapted.controller(), REFERENCE, RUN, steps, RATE, checkpoint, step);
    }

    boolean has(String setting) {
        return method.settings().containsKey(setting);
    }

    @Override
    public String toString() {
        Map<String, String> settings = new HashMap<>(method.settings());
        settings.entrySet().removeAll(Methods.named(method.name()).settings().entrySet());
        return model + " " + method.name() + " " + settings;
    }
}
