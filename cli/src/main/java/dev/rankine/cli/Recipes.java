package dev.rankine.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/**
 * The settings of papers by paper and task, such as {@code salora/mrpc}: {@code recipes.json}. A recipe stands for the options
 * that it names; those that are given win.
 */
final class Recipes {
    static final String OPTION = "--recipe";

    private static final String SET = "--set";
    private static final String METHOD = "--method";

    private final Map<String, Recipe> all;

    private Recipes(Map<String, Recipe> all) {
        this.all = all;
    }

    /**
     * Settings of one paper for one task.
     *
     * @param source which model they are for, and what the paper does not say
     * @param options of the command line
     * @param set settings of the method, for {@code --set}
     */
    record Recipe(
            String source,
            Map<String, String> options,
            @Nullable Map<String, String> set) {
        String text() {
            List<String> words = new ArrayList<>();
            options.forEach((option, value) -> words.addAll(List.of(option, value)));
            settings().forEach((key, value) -> words.addAll(List.of(SET, key + "=" + value)));
            return String.join(" ", words);
        }

        Map<String, String> settings() {
            return set == null ? Map.of() : set;
        }
    }

    static Recipes read() {
        try (InputStream table =
                Objects.requireNonNull(Recipes.class.getResourceAsStream("recipes.json"), "recipes.json")) {
            return new Recipes(
                    new JsonMapper().readValue(table, new TypeReference<LinkedHashMap<String, Recipe>>() {}));
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    Map<String, Recipe> all() {
        return all;
    }

    /** Every recipe with what it stands for. */
    void print(PrintStream out) {
        all.forEach((name, recipe) -> {
            out.println(name + "  (" + recipe.source() + ")");
            out.println("    " + recipe.text());
        });
    }

    /**
     * A call with what its recipe stands for, if it names one.
     *
     * @throws UsageException if there is no such recipe
     */
    static String[] expand(String... arguments) {
        String name = value(arguments, OPTION);
        if (name == null) {
            return arguments;
        }
        Recipes recipes = read();
        Recipe recipe = recipes.all.get(name);
        if (recipe == null) {
            throw new UsageException(
                    "there is no recipe '" + name + "'; there are: " + String.join(", ", recipes.all.keySet()));
        }
        List<String> expanded = new ArrayList<>(List.of(arguments));
        boolean several = List.of(arguments).contains("compare");
        recipe.options().forEach((option, value) -> {
            if (value(arguments, option) == null && !(several && option.equals(METHOD))) {
                expanded.addAll(List.of(option, value));
            }
        });
        String asked = value(arguments, METHOD);
        if (!several && (asked == null || asked.equals(recipe.options().get(METHOD)))) {
            recipe.settings().forEach((key, value) -> {
                if (Arrays.stream(arguments)
                        .noneMatch(word -> word.startsWith(key + "=") || word.startsWith(SET + "=" + key + "="))) {
                    expanded.addAll(List.of(SET, key + "=" + value));
                }
            });
        }
        return expanded.toArray(String[]::new);
    }

    /** What follows an option, behind a space or an equals sign; null if it is not given. */
    private static @Nullable String value(String[] arguments, String option) {
        for (int i = 0; i < arguments.length; i++) {
            if (arguments[i].startsWith(option + "=")) {
                return arguments[i].substring(option.length() + 1);
            }
            if (arguments[i].equals(option)) {
                return i + 1 < arguments.length ? arguments[i + 1] : "";
            }
        }
        return null;
    }
}
