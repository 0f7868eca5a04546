package dev.rankine.cli;

import dev.rankine.lora.LoraMethod;
import dev.rankine.lora.Method;
import dev.rankine.lora.TruncatedLoraMethod;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a comparison runs: every method at every value of the sweep, all of which share one budget there. Where methods are
 * cut to a budget, two references join them: LoRA that has the final rank from the start, with the scale alpha / rank that
 * the others have; and the yardstick, LoRA that is cut afterwards.
 */
final class Variants {
    private static final String RANK = "rank";
    private static final String ALPHA = "alpha";
    private static final String DENSITY = "density";
    private static final String FINAL = "lora-final";

    private final List<Method> methods;
    private final Map<String, String> usual;
    private final Map<String, String> others;
    private final boolean references;
    private final Map<String, Variant> all = new LinkedHashMap<>();
    private final Set<String> warnings = new LinkedHashSet<>();

    /** A rank to start with and the share of the triplets to keep, as they were written. */
    private record Budget(String rank, String density) {
        int finalRank() {
            return Math.toIntExact(Math.round(Double.parseDouble(density) * Integer.parseInt(rank)));
        }
    }

    /**
     * @param usual options that every method takes that has them
     * @param others further settings, by key or by {@code method.key}
     * @param references whether the two references join
     * @throws IllegalArgumentException if no method has a setting, a value is no good, or budgets differ
     */
    Variants(
            List<Method> methods,
            Map<String, String> usual,
            Map<String, String> others,
            @Nullable Sweep sweep,
            boolean references) {
        this.methods = List.copyOf(methods);
        this.usual = usual;
        this.others = others;
        this.references = references;
        usual.keySet().forEach(this::requireKnown);
        others.keySet().forEach(this::requireKnown);
        if (sweep == null) {
            addRound(null, "");
        } else {
            requireKnown(sweep.setting());
            if (usual.containsKey(sweep.setting()) || others.containsKey(sweep.setting())) {
                throw new IllegalArgumentException(
                        sweep.setting() + " is swept and given a value of its own: drop one");
            }
            sweep.values().forEach(value -> addRound(sweep.setting(), value));
        }
    }

    /** In the order in which to show them. */
    Collection<Variant> all() {
        return all.values();
    }

    /** What is probably not meant so. */
    Collection<String> warnings() {
        return warnings;
    }

    private void requireKnown(String key) {
        boolean known = methods.stream().anyMatch(method -> method.settings().containsKey(key));
        Stream<Method> named = references
                ? Stream.concat(methods.stream(), Stream.of(LoraMethod.standard(), TruncatedLoraMethod.standard()))
                : methods.stream();
        if (!known && named.noneMatch(method -> isOwn(method, key))) {
            String there = methods.stream()
                    .map(method -> method.name() + ": "
                            + String.join(", ", method.settings().keySet()))
                    .collect(Collectors.joining("; "));
            throw new IllegalArgumentException("no method has a setting '" + key + "'; there are: " + there);
        }
    }

    private static boolean isOwn(Method method, String key) {
        return method.settings().keySet().stream().anyMatch(own -> key.equals(method.name() + "." + own));
    }

    private void addRound(@Nullable String setting, String value) {
        Map<String, String> here = new LinkedHashMap<>(usual);
        if (setting != null) {
            here.put(setting, value);
        }
        shareDensity(here);
        Double at = setting == null ? null : Double.valueOf(value);
        String suffix = setting == null ? "" : "-" + setting + value;
        Set<Budget> budgets = new LinkedHashSet<>();
        for (Method method : methods) {
            Method configured = configure(method, here);
            boolean swept = setting != null && method.settings().containsKey(setting);
            boolean yardstick = references && method instanceof TruncatedLoraMethod;
            add(method.name(), method.name(), yardstick, swept ? at : null, swept ? suffix : "", configured);
            if (isBudget(configured)) {
                Map<String, String> settings = configured.settings();
                budgets.add(new Budget(value(settings, RANK), value(settings, DENSITY)));
            }
        }
        if (budgets.size() > 1) {
            throw new IllegalArgumentException("methods are compared at one budget, but there are "
                    + budgets.stream()
                            .map(budget -> "density " + budget.density() + " of rank " + budget.rank())
                            .collect(Collectors.joining(", "))
                    + ": give --rank and --density for all");
        }
        if (references && !budgets.isEmpty()) {
            addReferences(budgets.iterator().next(), here, at, suffix);
        }
    }

    /** A method that would keep what it likes keeps as much as the others. */
    private void shareDensity(Map<String, String> here) {
        Set<String> usualDensities = methods.stream()
                .filter(Variants::isBudget)
                .map(method -> value(method.settings(), DENSITY))
                .collect(Collectors.toSet());
        if (usualDensities.size() == 1) {
            here.putIfAbsent(DENSITY, usualDensities.iterator().next());
        }
    }

    private static boolean isBudget(Method method) {
        String density = method.settings().get(DENSITY);
        return density != null && Double.parseDouble(density) > 0 && Double.parseDouble(density) < 1;
    }

    private void addReferences(Budget budget, Map<String, String> here, @Nullable Double at, String suffix) {
        Method lora = configureReference(LoraMethod.standard(), here);
        int rank = budget.finalRank();
        if (rank < 1) {
            warnings.add("density " + budget.density() + " of rank " + budget.rank()
                    + " is less than rank 1: LoRA at the final rank is left out");
        } else {
            double scale =
                    Double.parseDouble(value(lora.settings(), ALPHA)) / Integer.parseInt(value(lora.settings(), RANK));
            Method small = lora.with(Map.of(RANK, Integer.toString(rank), ALPHA, Double.toString(scale * rank)));
            add(FINAL, lora.name() + ", rank " + rank, true, at, suffix, small);
        }
        Method yardstick = configureReference(TruncatedLoraMethod.standard(), here);
        if (methods.stream().noneMatch(TruncatedLoraMethod.class::isInstance)) {
            add(yardstick.name(), yardstick.name(), true, at, suffix, yardstick);
        }
    }

    private void add(String family, String name, boolean reference, @Nullable Double at, String suffix, Method method) {
        String label = family + suffix;
        all.putIfAbsent(label, new Variant(label, family, name, reference, at, method));
    }

    private Method configure(Method method, Map<String, String> here) {
        Map<String, String> shared = new LinkedHashMap<>(here);
        shared.putAll(others);
        return configureWith(method, shared);
    }

    /** Who was not asked for takes only what means the same to every low-rank method, such as dropout. */
    private Method configureReference(Method reference, Map<String, String> here) {
        Map<String, String> shared = new LinkedHashMap<>(here);
        shared.putAll(others);
        shared.keySet().retainAll(TruncatedLoraMethod.standard().settings().keySet());
        return configureWith(reference, shared);
    }

    private Method configureWith(Method method, Map<String, String> shared) {
        Map<String, String> changed = new LinkedHashMap<>();
        method.settings().keySet().forEach(key -> {
            String value = others.getOrDefault(method.name() + "." + key, shared.get(key));
            if (value != null) {
                changed.put(key, value);
            }
        });
        return method.with(changed);
    }

    private static String value(Map<String, String> settings, String key) {
        return Objects.requireNonNull(settings.get(key), key);
    }
}
