package dev.rankine.lora;

import dev.rankine.transformer.site.LinearSite;
import dev.rankine.transformer.site.Sites;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Which weight matrices get an adapter: all of them, or those named. A name stands for the module of that path and for
 * every module whose path ends in "." and the name, as in PEFT: {@code q_proj}, {@code encoder_attn.q_proj}.
 *
 * @param names empty for every linear module
 */
public record Targets(List<String> names) {
    public static final String ALL_LINEAR = "all-linear";

    public Targets {
        names = List.copyOf(names);
    }

    public static Targets allLinear() {
        return new Targets(List.of());
    }

    public static Targets of(String... names) {
        return new Targets(List.of(names));
    }

    /** {@value #ALL_LINEAR}, or names with commas between them. */
    public static Targets parse(String text) {
        if (text.strip().equals(ALL_LINEAR)) {
            return allLinear();
        }
        List<String> names =
                Arrays.stream(text.split(",", -1)).map(String::strip).toList();
        if (names.contains("")) {
            throw new IllegalArgumentException(
                    "targets '" + text + "': give " + ALL_LINEAR + " or names with commas between them");
        }
        return new Targets(names);
    }

    public boolean isAllLinear() {
        return names.isEmpty();
    }

    /** Whether {@code name} stands for the module of this path. */
    public static boolean matches(String name, String path) {
        return path.equals(name) || path.endsWith("." + name);
    }

    /** Whether a weight of this full name belongs to a module of that name, such as {@code classifier}, or to a part of it. */
    public static boolean isInside(String module, String weight) {
        for (int dot = weight.indexOf('.'); dot >= 0; dot = weight.indexOf('.', dot + 1)) {
            if (matches(module, weight.substring(0, dot))) {
                return true;
            }
        }
        return false;
    }

    /**
     * The sites that are meant, in the model's order.
     *
     * @throws IllegalArgumentException if a name matches none, listing what there is
     */
    public List<LinearSite> select(Sites sites) {
        if (sites.linear().isEmpty()) {
            throw new IllegalArgumentException("the model declares no linear site, so no weight matrix can be adapted");
        }
        if (isAllLinear()) {
            return sites.linear();
        }
        for (String name : names) {
            if (sites.linear().stream().noneMatch(site -> matches(name, site.path()))) {
                throw new IllegalArgumentException(
                        "target '" + name + "' matches no linear module; there are: " + available(sites));
            }
        }
        List<LinearSite> selected = new ArrayList<>(sites.linear());
        selected.removeIf(site -> names.stream().noneMatch(name -> matches(name, site.path())));
        return selected;
    }

    /** The last names of the paths, which is how modules are usually named. */
    private static String available(Sites sites) {
        return sites.linear().stream()
                .map(site -> lastName(site.path()))
                .collect(Collectors.toCollection(TreeSet::new))
                .stream()
                .collect(Collectors.joining(", "));
    }

    /** What stands behind the last dot. */
    public static String lastName(String path) {
        return path.substring(path.lastIndexOf('.') + 1);
    }

    @Override
    public String toString() {
        return isAllLinear() ? ALL_LINEAR : String.join(",", names);
    }
}
