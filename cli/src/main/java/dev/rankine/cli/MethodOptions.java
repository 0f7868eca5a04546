package dev.rankine.cli;

import dev.rankine.lora.Method;
import dev.rankine.lora.Methods;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which method adapts the model, with which settings. */
final class MethodOptions {
    @Option(
            names = "--method",
            paramLabel = "NAME",
            required = true,
            description = "How to adapt; one of: ${COMPLETION-CANDIDATES}.",
            completionCandidates = Names.class)
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private String name;

    @Option(names = "--rank", paramLabel = "N", description = "Rank of every update at the start (default: 8).")
    private @Nullable String rank;

    @Option(names = "--alpha", paramLabel = "X", description = "Scale of the updates, alpha / rank (default: 16).")
    private @Nullable String alpha;

    @Option(
            names = "--density",
            paramLabel = "X",
            description = "Share of the rank to keep, of methods that learn it (default: 0.5).")
    private @Nullable String density;

    @Option(
            names = "--targets",
            paramLabel = "NAMES",
            description = "Which matrices: all-linear, or names such as q_proj,v_proj (default: all-linear).")
    private @Nullable String targets;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "Any other setting of the method; may be given several times.")
    private Map<String, String> others = new LinkedHashMap<>();

    /** The names of all methods. */
    static final class Names extends java.util.ArrayList<String> {
        private static final long serialVersionUID = 1;

        Names() {
            super(Methods.all().stream().map(Method::name).toList());
        }
    }

    /** The method with its settings; a usual option that it does not have is one line of warning. */
    Method method(Console console) {
        return UsageException.whileChecking(() -> {
            Method method = Methods.named(name);
            Map<String, String> changed = new LinkedHashMap<>();
            usual().forEach((key, value) -> {
                if (method.settings().containsKey(key)) {
                    changed.put(key, value);
                } else {
                    console.warn("--" + key + " " + value + " has no effect: method " + name + " does not use it");
                }
            });
            others.forEach((key, value) -> {
                if (changed.containsKey(key)) {
                    throw new IllegalArgumentException("both --" + key + " and --set " + key + " are given: drop one");
                }
                changed.put(key, value);
            });
            return method.with(changed);
        });
    }

    private Map<String, String> usual() {
        Map<String, String> given = new LinkedHashMap<>();
        put(given, "rank", rank);
        put(given, "alpha", alpha);
        put(given, "density", density);
        put(given, "targets", targets);
        return given;
    }

    private static void put(Map<String, String> given, String key, @Nullable String value) {
        if (value != null) {
            given.put(key, value);
        }
    }
}
