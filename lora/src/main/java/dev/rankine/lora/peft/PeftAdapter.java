package dev.rankine.lora.peft;

import dev.rankine.lora.AdaptedModel;
import dev.rankine.lora.Adapter;
import dev.rankine.lora.Method;
import dev.rankine.lora.PlainFactors;
import dev.rankine.lora.Targets;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import dev.rankine.transformer.Model;
import dev.rankine.transformer.site.LinearSite;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * An adapter read from a folder, checked against its own settings and not yet attached to a model.
 *
 * <pre>{@code
 * AdaptedModel adapted = PeftFolder.load(folder, backend).attach(model, new Method.Run(0, 0));
 * }</pre>
 */
public final class PeftAdapter {
    private static final int NAMED = 8;

    private final Path file;
    private final PeftConfig config;
    /** By path. */
    private final Map<String, StoredModule> stored;
    /** Weights of modules that were trained whole, by full name. */
    private final Map<String, Tensor> whole;

    private PeftAdapter(Path file, PeftConfig config, Map<String, StoredModule> stored, Map<String, Tensor> whole) {
        this.file = file;
        this.config = config;
        this.stored = stored;
        this.whole = whole;
    }

    static PeftAdapter of(Path file, PeftConfig config, Map<String, Tensor> tensors) {
        List<String> modules = config.placement().modulesToSave();
        Map<String, Tensor> whole = new TreeMap<>();
        Map<String, Tensor> others = new TreeMap<>();
        tensors.forEach((name, tensor) -> {
            String weight = name.startsWith(PeftFolder.PREFIX) ? name.substring(PeftFolder.PREFIX.length()) : "";
            if (modules.stream().anyMatch(module -> Targets.isInside(module, weight))) {
                whole.put(weight, tensor);
            } else {
                others.put(name, tensor);
            }
        });
        for (String module : modules) {
            if (whole.keySet().stream().noneMatch(weight -> Targets.isInside(module, weight))) {
                throw new PeftException(file, "holds no weight of '" + module + "', which modules_to_save names");
            }
        }
        Map<String, StoredModule> stored = switch (config) {
            case LoraConfig lora -> lora(file, lora, others);
            case AdaLoraConfig adalora -> adalora(file, adalora, others);
        };
        return new PeftAdapter(file, config, stored, whole);
    }

    private static Map<String, StoredModule> lora(Path file, LoraConfig config, Map<String, Tensor> tensors) {
        List<String> names = config.dora()
                ? List.of(PeftFolder.A, PeftFolder.B, PeftFolder.MAGNITUDE)
                : List.of(PeftFolder.A, PeftFolder.B);
        ModuleTensors modules = ModuleTensors.of(file, tensors, names);
        Set<String> paths = modules.byModule().keySet();
        Map<String, StoredModule> stored = new TreeMap<>();
        for (String path : paths) {
            PlainFactors pair = pair(
                    file, path, modules.get(path, PeftFolder.A), modules.get(path, PeftFolder.B), config.rank(path));
            double scale = config.scale(path);
            if (config.dora()) {
                Tensor magnitude = modules.get(path, PeftFolder.MAGNITUDE);
                requireShape(file, path, "lora_magnitude_vector", magnitude, Shape.of(pair.outputs()));
                stored.put(path, new StoredModule.OfDora(pair, magnitude, scale, config.dropout()));
            } else {
                stored.put(path, new StoredModule.OfLora(pair, scale, config.dropout()));
            }
        }
        requirePatternsMatch(file, "rank_pattern", config.rankPattern().keySet(), paths);
        requirePatternsMatch(file, "alpha_pattern", config.alphaPattern().keySet(), paths);
        return stored;
    }

    private static Map<String, StoredModule> adalora(Path file, AdaLoraConfig config, Map<String, Tensor> tensors) {
        ModuleTensors modules =
                ModuleTensors.of(file, tensors, List.of(PeftFolder.SVD_A, PeftFolder.SVD_E, PeftFolder.SVD_B));
        Set<String> paths = modules.byModule().keySet();
        if (!config.kept().isEmpty() && !config.kept().keySet().equals(paths)) {
            throw new PeftException(
                    file,
                    "rank_pattern and tensors name different modules: "
                            + difference(config.kept().keySet(), paths) + " are in one of them only");
        }
        Map<String, StoredModule> stored = new TreeMap<>();
        for (String path : paths) {
            int rank = Objects.requireNonNull(config.rank(path));
            PlainFactors pair =
                    pair(file, path, modules.get(path, PeftFolder.SVD_A), modules.get(path, PeftFolder.SVD_B), rank);
            Tensor e = modules.get(path, PeftFolder.SVD_E);
            requireShape(file, path, "lora_E", e, Shape.of(rank, 1));
            stored.put(
                    path, new StoredModule.OfAdaLora(pair, e, config.initialRank(), config.scale(), config.dropout()));
        }
        return stored;
    }

    private static TreeSet<String> difference(Collection<String> some, Collection<String> others) {
        TreeSet<String> all = new TreeSet<>(some);
        all.addAll(others);
        all.removeIf(name -> some.contains(name) && others.contains(name));
        return all;
    }

    private static PlainFactors pair(Path file, String path, Tensor a, Tensor b, int rank) {
        boolean fits = a.shape().rank() == 2
                && b.shape().rank() == 2
                && a.shape().dim(0) == rank
                && b.shape().dim(1) == rank;
        if (!fits) {
            throw new PeftException(
                    file,
                    "module " + path + ": lora_A " + a.shape() + " and lora_B " + b.shape() + " do not have the rank "
                            + rank + " that the configuration gives it");
        }
        return new PlainFactors(path, a, b);
    }

    private static void requireShape(Path file, String path, String what, Tensor tensor, Shape expected) {
        if (!tensor.shape().equals(expected)) {
            throw new PeftException(
                    file,
                    "module " + path + ": " + what + " is " + tensor.shape() + ", beside lora_A and lora_B it must be "
                            + expected);
        }
    }

    private static void requirePatternsMatch(
            Path file, String what, Collection<String> keys, Collection<String> paths) {
        for (String key : keys) {
            if (paths.stream().noneMatch(path -> LoraConfig.keyMatches(key, path))) {
                throw new PeftException(
                        file, "the key '" + key + "' of " + what + " matches no module; there are: " + paths);
            }
        }
    }

    public PeftConfig config() {
        return config;
    }

    /** s B A of every module, by path; of DoRA the change of the directions alone. */
    public List<PlainFactors> products() {
        return stored.values().stream().map(StoredModule::scaled).toList();
    }

    /** The weights of modules that were trained whole, by full name, as they are stored. */
    public Map<String, Tensor> wholeWeights() {
        return Collections.unmodifiableMap(whole);
    }

    /**
     * The change of every module, scale folded in; a start for training on, see {@link AdaptedModel#startFrom}.
     *
     * @throws PeftException if the change is DoRA's, which is no product of factors
     */
    public List<PlainFactors> factors() {
        try {
            return stored.values().stream().map(StoredModule::change).toList();
        } catch (IllegalArgumentException noProduct) {
            throw new PeftException(file, String.valueOf(noProduct.getMessage()), noProduct);
        }
    }

    /** The content of the modules that were trained whole, by full name; see {@link AdaptedModel#trainedWeights}. */
    public Map<String, Tensor> trainedWeights() {
        return whole;
    }

    /**
     * Puts the adapter on a model, ready for inference or for more training.
     *
     * @throws PeftException if modules differ, or a shape does not fit
     */
    public AdaptedModel attach(Model model, Method.Run run) {
        Map<String, LinearSite> sites = new TreeMap<>();
        model.sites().linear().forEach(site -> sites.put(site.path(), site));
        List<String> absent = new ArrayList<>(stored.keySet());
        absent.removeAll(sites.keySet());
        if (!absent.isEmpty()) {
            throw new PeftException(
                    file,
                    "the model has no linear modules " + some(absent) + "; it has: "
                            + some(List.copyOf(sites.keySet())));
        }
        requireTargets(sites.keySet());
        List<Adapter> adapters = new ArrayList<>();
        for (LinearSite site : model.sites().linear()) {
            StoredModule module = stored.get(site.path());
            if (module != null) {
                requireFits(site, module.pair());
                adapters.add(module.adapter(site));
            }
        }
        Targets targets = new Targets(List.copyOf(stored.keySet()));
        AdaptedModel adapted = AdaptedModel.training(config.method(targets), adapters, run);
        return whole.isEmpty() ? adapted : withModules(adapted, model, run);
    }

    private AdaptedModel withModules(AdaptedModel adapted, Model model, Method.Run run) {
        try {
            return adapted.trainingModules(model, config.placement().modulesToSave(), run.weightDecay(), whole);
        } catch (IllegalArgumentException unfit) {
            throw new PeftException(file, String.valueOf(unfit.getMessage()), unfit);
        }
    }

    /** The first of them, for a message. */
    private static String some(List<String> names) {
        return names.size() <= NAMED
                ? names.toString()
                : names.subList(0, NAMED) + " and " + (names.size() - NAMED) + " more";
    }

    private void requireTargets(Collection<String> paths) {
        List<String> meant = paths.stream().filter(config.placement()::targets).toList();
        if (!new TreeSet<>(meant).equals(stored.keySet())) {
            throw new PeftException(
                    file,
                    "target_modules and tensors name different modules: " + difference(meant, stored.keySet())
                            + " are in one of them only");
        }
        for (String name : config.placement().targetModules()) {
            if (paths.stream().noneMatch(path -> Targets.matches(name, path))) {
                throw new PeftException(file, "'" + name + "' of target_modules matches no linear module of the model");
            }
        }
    }

    private void requireFits(LinearSite site, PlainFactors factors) {
        if (factors.inputs() != site.inputs() || factors.outputs() != site.outputs()) {
            throw new PeftException(
                    file,
                    "module " + site.path() + ": lora_A " + factors.a().shape() + " and lora_B "
                            + factors.b().shape() + " do not fit its weight "
                            + site.weight().shape());
        }
    }
}
