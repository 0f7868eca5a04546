package dev.rankine.lora.peft;

import dev.rankine.lora.AdaptedModel;
import dev.rankine.lora.Adapter;
import dev.rankine.lora.Dora;
import dev.rankine.lora.DoraMethod;
import dev.rankine.lora.Lora;
import dev.rankine.lora.LoraMethod;
import dev.rankine.lora.LoraStart;
import dev.rankine.lora.Method;
import dev.rankine.lora.PlainFactors;
import dev.rankine.lora.Targets;
import dev.rankine.tensor.DType;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import dev.rankine.transformer.Model;
import dev.rankine.transformer.site.LinearSite;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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
    private final Path file;
    private final LoraConfig config;
    /** A and B by module path, as stored, without scale. */
    private final Map<String, PlainFactors> stored;
    /** The magnitudes of DoRA by module path; empty for LoRA. */
    private final Map<String, Tensor> magnitudes;

    private PeftAdapter(
            Path file, LoraConfig config, Map<String, PlainFactors> stored, Map<String, Tensor> magnitudes) {
        this.file = file;
        this.config = config;
        this.stored = stored;
        this.magnitudes = magnitudes;
    }

    static PeftAdapter of(Path file, LoraConfig config, Map<String, Tensor> tensors) {
        Map<String, Tensor> a = new TreeMap<>();
        Map<String, Tensor> b = new TreeMap<>();
        Map<String, Tensor> magnitudes = new TreeMap<>();
        List<String> unknown = new ArrayList<>();
        tensors.forEach((name, tensor) -> {
            if (name.startsWith(PeftFolder.PREFIX) && name.endsWith(PeftFolder.A)) {
                a.put(path(name, PeftFolder.A), tensor);
            } else if (name.startsWith(PeftFolder.PREFIX) && name.endsWith(PeftFolder.B)) {
                b.put(path(name, PeftFolder.B), tensor);
            } else if (config.dora() && name.startsWith(PeftFolder.PREFIX) && name.endsWith(PeftFolder.MAGNITUDE)) {
                magnitudes.put(path(name, PeftFolder.MAGNITUDE), tensor);
            } else {
                unknown.add(name);
            }
        });
        if (!unknown.isEmpty()) {
            throw new PeftException(file, "tensors that are no part of LoRA: " + unknown);
        }
        if (!a.keySet().equals(b.keySet())) {
            throw new PeftException(
                    file, "modules with only one of lora_A and lora_B: " + difference(a.keySet(), b.keySet()));
        }
        if (config.dora() && !magnitudes.keySet().equals(a.keySet())) {
            throw new PeftException(
                    file,
                    "modules with only one of lora_A and lora_magnitude_vector: "
                            + difference(a.keySet(), magnitudes.keySet()));
        }
        Map<String, PlainFactors> stored = new TreeMap<>();
        for (Map.Entry<String, Tensor> entry : a.entrySet()) {
            String path = entry.getKey();
            Tensor ofA = entry.getValue();
            Tensor ofB = Objects.requireNonNull(b.get(path));
            requireRank(file, config, path, ofA, ofB);
            stored.put(path, new PlainFactors(path, ofA, ofB));
        }
        requirePatternsMatch(file, "rank_pattern", config.rankPattern().keySet(), stored.keySet());
        requirePatternsMatch(file, "alpha_pattern", config.alphaPattern().keySet(), stored.keySet());
        return new PeftAdapter(file, config, stored, magnitudes);
    }

    private static String path(String name, String suffix) {
        return name.substring(PeftFolder.PREFIX.length(), name.length() - suffix.length());
    }

    private static TreeSet<String> difference(Collection<String> some, Collection<String> others) {
        TreeSet<String> all = new TreeSet<>(some);
        all.addAll(others);
        all.removeIf(name -> some.contains(name) && others.contains(name));
        return all;
    }

    private static void requireRank(Path file, LoraConfig config, String path, Tensor a, Tensor b) {
        int rank = config.rank(path);
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

    public LoraConfig config() {
        return config;
    }

    /**
     * The change of every module, scale folded in; a start for training on, see {@link AdaptedModel#startFrom}.
     *
     * @throws PeftException if the change is DoRA's, which is no product of factors
     */
    public List<PlainFactors> factors() {
        if (config.dora()) {
            throw new PeftException(
                    file, "DoRA's change of a weight is no product of factors that another could start from");
        }
        return stored.values().stream().map(this::scaled).toList();
    }

    private PlainFactors scaled(PlainFactors factors) {
        Tensor b = factors.b().clone(computing(factors.b().dtype()));
        b.backend().affine(b, config.scale(factors.path()), 0, b);
        return new PlainFactors(
                factors.path(), factors.a().clone(computing(factors.a().dtype())), b);
    }

    private static DType computing(DType dtype) {
        return dtype.computes() ? dtype : DType.F32;
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
                    "the model has no linear modules " + absent + "; it has: " + String.join(", ", sites.keySet()));
        }
        requireTargets(sites.keySet());
        List<Adapter> adapters = new ArrayList<>();
        for (LinearSite site : model.sites().linear()) {
            PlainFactors factors = stored.get(site.path());
            if (factors != null) {
                adapters.add(config.dora() ? dora(site, factors) : lora(site, factors));
            }
        }
        return AdaptedModel.training(method(), adapters, run);
    }

    private Method method() {
        Targets targets = new Targets(List.copyOf(stored.keySet()));
        return config.dora()
                ? new DoraMethod(
                        config.rank(), config.alpha(), config.scaling(), Dora.Norm.DETACHED, config.dropout(), targets)
                : new LoraMethod(
                        config.rank(),
                        config.alpha(),
                        config.scaling(),
                        LoraStart.UNIFORM,
                        1,
                        config.dropout(),
                        targets);
    }

    private void requireTargets(Collection<String> paths) {
        List<String> meant = paths.stream().filter(config::targets).toList();
        if (!new TreeSet<>(meant).equals(stored.keySet())) {
            throw new PeftException(
                    file,
                    "target_modules and tensors name different modules: " + difference(meant, stored.keySet())
                            + " are in one of them only");
        }
        for (String name : config.targetModules()) {
            if (paths.stream().noneMatch(path -> Targets.matches(name, path))) {
                throw new PeftException(file, "'" + name + "' of target_modules matches no linear module of the model");
            }
        }
    }

    private Lora lora(LinearSite site, PlainFactors factors) {
        requireFits(site, factors);
        DType dtype = computing(site.weight().data().dtype());
        return new Lora(
                site, factors.a().clone(dtype), factors.b().clone(dtype), config.scale(site.path()), config.dropout());
    }

    private Dora dora(LinearSite site, PlainFactors factors) {
        requireFits(site, factors);
        Tensor magnitude = Objects.requireNonNull(magnitudes.get(site.path()));
        if (!magnitude.shape().equals(Shape.of(site.outputs()))) {
            throw new PeftException(
                    file,
                    "module " + site.path() + ": lora_magnitude_vector is " + magnitude.shape() + ", its weight has "
                            + site.outputs() + " rows");
        }
        DType dtype = computing(site.weight().data().dtype());
        return new Dora(
                site,
                factors.a().clone(dtype),
                factors.b().clone(dtype),
                magnitude.clone(dtype),
                config.scale(site.path()),
                config.dropout(),
                Dora.Norm.DETACHED);
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
