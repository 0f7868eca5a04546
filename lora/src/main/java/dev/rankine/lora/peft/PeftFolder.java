package dev.rankine.lora.peft;

import dev.rankine.lora.AdaLoraMethod;
import dev.rankine.lora.AdaptedModel;
import dev.rankine.lora.Adapter;
import dev.rankine.lora.Dora;
import dev.rankine.lora.DoraMethod;
import dev.rankine.lora.Lora;
import dev.rankine.lora.LoraMethod;
import dev.rankine.lora.LowRank;
import dev.rankine.lora.PlainFactors;
import dev.rankine.lora.SvdLora;
import dev.rankine.tensor.Backend;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import dev.rankine.tensor.files.Whole;
import dev.rankine.tensor.safetensors.Safetensors;
import dev.rankine.tensor.safetensors.SafetensorsWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * An adapter as PEFT keeps it on disk: {@code adapter_config.json} and {@code adapter_model.safetensors}, whose tensors
 * are named {@code base_model.model.<module path>.lora_A.weight} [r, I] and {@code ... .lora_B.weight} [O, r].
 *
 * <p>LoRA and rsLoRA are written as they are. Whatever has lost triplets is written as plain LoRA: scale and gates are
 * folded into B, {@code rank_pattern} and {@code alpha_pattern} give every module its rank by full path with alpha = r, so
 * that PEFT's scale is exactly 1, and {@code target_modules} leaves out modules without a triplet, which PEFT cannot
 * express otherwise.
 *
 * <p>DoRA does not fold into a product: A and B are written without scale, and {@code ... .lora_magnitude_vector} [O] beside
 * them.
 *
 * <p>AdaLoRA is {@code ... .lora_A} [r, I], {@code ... .lora_E} [r, 1] and {@code ... .lora_B} [O, r] of the triplets that
 * {@code rank_pattern} marks as kept. It is written so while it has all of them, and afterwards as plain LoRA, as everything
 * that lost triplets.
 *
 * <p>Modules that were trained whole, such as a new head, stand under {@code modules_to_save}, their weights under their
 * own names: {@code base_model.model.classifier.dense.weight}.
 */
public final class PeftFolder {
    public static final String CONFIG = ConfigFile.NAME;
    public static final String TENSORS = "adapter_model.safetensors";

    /** What the names of all tensors begin with, before the module's path. */
    public static final String PREFIX = "base_model.model.";

    static final String A = ".lora_A.weight";
    static final String B = ".lora_B.weight";
    static final String MAGNITUDE = ".lora_magnitude_vector";
    static final String SVD_A = ".lora_A";
    static final String SVD_E = ".lora_E";
    static final String SVD_B = ".lora_B";

    private PeftFolder() {}

    /**
     * Writes a folder, whole or not at all; one that is there is replaced.
     *
     * @throws PeftException if an adapter is neither a low-rank product nor DoRA's
     */
    public static void save(Path folder, AdaptedModel adapted, BaseModel base) {
        for (Adapter adapter : adapted.adapters()) {
            if (!(adapter instanceof LowRank || adapter instanceof Dora)) {
                throw new PeftException(
                        folder, adapter + " is no low-rank product and has no form in PEFT's LoRA files");
            }
        }
        Map<String, Tensor> tensors = new TreeMap<>();
        PeftConfig config = switch (adapted.method()) {
            case DoraMethod dora -> dora(adapted, dora, base, tensors);
            case LoraMethod lora when isUniform(adapted, lora) -> asItIs(adapted, lora, base, tensors);
            case AdaLoraMethod adalora when isWhole(adapted) -> adalora(adapted, adalora, base, tensors);
            default -> plain(adapted, base, tensors);
        };
        adapted.trainedWeights().forEach((name, weight) -> tensors.put(PREFIX + name, weight.data()));
        try {
            Path parent = folder.toAbsolutePath().getParent();
            if (parent != null) {
                Files.createDirectories(parent);
            }
            Whole.folder(folder, aside -> {
                Files.writeString(aside.resolve(ConfigFile.NAME), ConfigWriter.text(config));
                SafetensorsWriter.write(aside.resolve(TENSORS), tensors, Map.of("format", "pt"));
            });
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static boolean isUniform(AdaptedModel adapted, LoraMethod method) {
        return adapted.adapters().stream()
                .allMatch(adapter -> adapter instanceof Lora lora
                        && lora.isWhole()
                        && lora.rank() == method.rank()
                        && lora.scale() == method.scaling().of(method.alpha(), method.rank()));
    }

    private static LoraConfig asItIs(
            AdaptedModel adapted, LoraMethod method, BaseModel base, Map<String, Tensor> tensors) {
        List<String> paths = new ArrayList<>();
        for (Adapter adapter : adapted.adapters()) {
            Lora lora = (Lora) adapter;
            tensors.put(PREFIX + lora.path() + A, lora.a().data());
            tensors.put(PREFIX + lora.path() + B, lora.b().data());
            paths.add(lora.path());
        }
        return new LoraConfig(
                method.rank(),
                method.alpha(),
                method.scaling(),
                false,
                method.dropout(),
                Map.of(),
                Map.of(),
                placement(
                        adapted,
                        method.targets().isAllLinear()
                                ? paths
                                : method.targets().names(),
                        base));
    }

    private static LoraConfig dora(
            AdaptedModel adapted, DoraMethod method, BaseModel base, Map<String, Tensor> tensors) {
        Map<String, Integer> ranks = new LinkedHashMap<>();
        Map<String, Double> alphas = new LinkedHashMap<>();
        List<String> paths = new ArrayList<>();
        for (Adapter adapter : adapted.adapters()) {
            Dora dora = (Dora) adapter;
            tensors.put(PREFIX + dora.path() + A, dora.a().data());
            tensors.put(PREFIX + dora.path() + B, dora.b().data());
            tensors.put(PREFIX + dora.path() + MAGNITUDE, dora.magnitude().data());
            paths.add(dora.path());
            if (dora.rank() != method.rank()) {
                ranks.put(dora.path(), dora.rank());
            }
            if (dora.scale() != method.scaling().of(method.alpha(), dora.rank())) {
                alphas.put(dora.path(), dora.scale() / method.scaling().of(1, dora.rank()));
            }
        }
        return new LoraConfig(
                method.rank(),
                method.alpha(),
                method.scaling(),
                true,
                method.dropout(),
                ranks,
                alphas,
                placement(
                        adapted,
                        method.targets().isAllLinear()
                                ? paths
                                : method.targets().names(),
                        base));
    }

    /** Whether nothing was pruned: PEFT's AdaLoRA, which can be trained on, has a form for it. */
    private static boolean isWhole(AdaptedModel adapted) {
        return adapted.adapters().stream()
                .allMatch(adapter -> adapter instanceof SvdLora svd && svd.rank() == svd.initialRank());
    }

    private static AdaLoraConfig adalora(
            AdaptedModel adapted, AdaLoraMethod method, BaseModel base, Map<String, Tensor> tensors) {
        List<String> paths = new ArrayList<>();
        for (Adapter adapter : adapted.adapters()) {
            SvdLora svd = (SvdLora) adapter;
            Tensor e = svd.e().data();
            tensors.put(PREFIX + svd.path() + SVD_A, svd.a().data());
            tensors.put(PREFIX + svd.path() + SVD_B, svd.b().data());
            tensors.put(PREFIX + svd.path() + SVD_E, e.reshape(Shape.of(svd.rank(), 1)));
            paths.add(svd.path());
        }
        return new AdaLoraConfig(
                method.rank(),
                method.alpha(),
                method.dropout(),
                Map.of(),
                placement(
                        adapted,
                        method.targets().isAllLinear()
                                ? paths
                                : method.targets().names(),
                        base));
    }

    private static Placement placement(AdaptedModel adapted, List<String> targets, BaseModel base) {
        return Placement.of(targets, adapted.trainedModules(), base);
    }

    private static LoraConfig plain(AdaptedModel adapted, BaseModel base, Map<String, Tensor> tensors) {
        Map<String, Integer> ranks = new LinkedHashMap<>();
        for (LowRank adapter : adapted.lowRank()) {
            if (adapter.rank() > 0) {
                write(adapter.export(), tensors, ranks);
            }
        }
        if (ranks.isEmpty()) {
            write(zeroTriplet(adapted.lowRank().getFirst()), tensors, ranks);
        }
        int usual = mostCommon(ranks);
        Map<String, Double> alphas = new LinkedHashMap<>();
        ranks.forEach((path, rank) -> alphas.put(path, (double) rank));
        return new LoraConfig(
                usual,
                usual,
                LoraMethod.Scaling.STANDARD,
                false,
                0,
                ranks,
                alphas,
                placement(adapted, List.copyOf(ranks.keySet()), base));
    }

    private static void write(PlainFactors factors, Map<String, Tensor> tensors, Map<String, Integer> ranks) {
        tensors.put(PREFIX + factors.path() + A, factors.a());
        tensors.put(PREFIX + factors.path() + B, factors.b());
        ranks.put(factors.path(), factors.rank());
    }

    /** An adapter that changes nothing: PEFT refuses one without a module. */
    private static PlainFactors zeroTriplet(LowRank adapter) {
        Tensor w0 = adapter.site().weight().data();
        Tensor like = adapter.export().a();
        return new PlainFactors(
                adapter.path(),
                Tensor.zeros(
                        w0.backend(), like.dtype(), Shape.of(1, adapter.site().inputs())),
                Tensor.zeros(w0.backend(), like.dtype(), Shape.of(adapter.site().outputs(), 1)));
    }

    private static int mostCommon(Map<String, Integer> ranks) {
        Map<Integer, Integer> counts = new TreeMap<>();
        ranks.values().forEach(rank -> counts.merge(rank, 1, Integer::sum));
        int most = counts.values().stream().mapToInt(count -> count).max().orElse(0);
        return counts.entrySet().stream()
                .filter(entry -> entry.getValue() == most)
                .mapToInt(Map.Entry::getKey)
                .findFirst()
                .orElse(1);
    }

    /**
     * Reads a folder. Nothing in it is ignored.
     *
     * @throws PeftException if a file is missing or asks for more than LoRA, DoRA or AdaLoRA, or its tensors do not fit its settings
     */
    public static PeftAdapter load(Path folder, Backend backend) {
        if (!Files.isDirectory(folder)) {
            throw new PeftException(folder, "there is no such folder");
        }
        PeftConfig config = ConfigFile.read(folder.resolve(ConfigFile.NAME));
        Path file = folder.resolve(TENSORS);
        try {
            Safetensors stored = Safetensors.open(file);
            Map<String, Tensor> tensors = new TreeMap<>();
            for (String name : stored.names()) {
                tensors.put(name, stored.tensor(name, backend));
            }
            return PeftAdapter.of(file, config, tensors);
        } catch (IOException unreadable) {
            throw new PeftException(file, "cannot be read: " + unreadable.getMessage(), unreadable);
        }
    }
}
