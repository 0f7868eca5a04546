package dev.rankine.cli;

import dev.rankine.lora.Method;
import dev.rankine.lora.Methods;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The settings of the method that adapts the model. */
final class MethodOptions {
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
            description = "Any other setting of the method, as 'rankine methods NAME' lists them; may be given"
                    + " several times.")
    private Map<String, String> others = new LinkedHashMap<>();

    /** The names of all methods. */
    static final class Names extends java.util.ArrayList<String> {
        private static final long serialVersionUID = 1;

        Names() {
            super(Methods.all().stream().map(Method::name).toList());
        }
    }

    /**
     * A method with these settings; a usual option that it does not have is one line of warning.
     *
     * @throws IllegalArgumentException if it has no such setting or a value is no good
     */
    Method configure(Method method, Console console) {
        Map<String, String> changed = new LinkedHashMap<>();
        usual().forEach((key, value) -> {
            if (method.settings().containsKey(key)) {
                changed.put(key, value);
            } else {
                console.warn("--" + key + " " + value + " has no effect: method " + method.name() + " does not use it");
            }
        });
        others.forEach((key, value) -> {
            if (changed.containsKey(key)) {
                throw new IllegalArgumentException("both --" + key + " and --set " + key + " are given: drop one");
            }
            changed.put(key, value);
        });
        return method.with(changed);
    }

    /** The options that were given and that most methods have, by their setting's key. */
    Map<String, String> usual() {
        Map<String, String> given = new LinkedHashMap<>();
        put(given, "rank", rank);
        put(given, "alpha", alpha);
        put(given, "density", density);
        put(given, "targets", targets);
        return given;
    }

    /** What was given by {@code --set}. */
    Map<String, String> others() {
        return others;
    }

    private static void put(Map<String, String> given, String key, @Nullable String value) {
        if (value != null) {
            given.put(key, value);
        }
    }
}
