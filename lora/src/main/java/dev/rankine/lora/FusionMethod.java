package dev.rankine.lora;

import dev.rankine.autograd.Variable;
import dev.rankine.tensor.DType;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import dev.rankine.transformer.Activation;
import dev.rankine.transformer.Model;
import dev.rankine.transformer.site.ResidualSite;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * AdapterFusion, see {@link AdapterFusion}: 3 d^2 numbers for each layer, over adapters that were trained before.
 */
public record FusionMethod(
        @Setting("the folders of trained Pfeiffer adapters; they are copied into what is saved")
        Folders adapters,

        @Setting("f of those adapters") Activation activation,
        @Setting("deviation of Q and K at the start") double spread)
        implements Method {
    /** Deviation of V from the identity at the start. */
    private static final double NOISE = 1e-6;

    public FusionMethod {
        if (!(spread >= 0 && Double.isFinite(spread))) {
            throw new IllegalArgumentException("spread must be at least 0, got " + spread);
        }
    }

    public static FusionMethod standard() {
        return new FusionMethod(new Folders(List.of()), Activation.RELU, .02);
    }

    @Override
    public String name() {
        return "fusion";
    }

    @Override
    public String title() {
        return "AdapterFusion: attention over trained Pfeiffer adapters (Pfeiffer et al. 2021)";
    }

    @Override
    public AdaptedModel attach(Model model, Run run) {
        if (adapters.paths().isEmpty()) {
            throw new IllegalArgumentException(
                    "fusion: it needs trained adapters; train some by method pfeiffer and set adapters to their folders, with commas between them");
        }
        List<ResidualSite> sites = BottleneckMethod.sites(model, BottleneckMethod.Placement.PFEIFFER);
        DType dtype = FreshWeights.dtype(model);
        Map<String, Tensor> experts = new LinkedHashMap<>();
        for (int n = 0; n < adapters.paths().size(); n++) {
            Map<String, Tensor> stored = stored(adapters.paths().get(n), model);
            for (ResidualSite site : sites) {
                Bottleneck expert = Bottleneck.trained(BottleneckAdapter.name(site), site.width(), activation, stored);
                expert.parameters(AdapterFusion.expert(site, n))
                        .forEach((name, weight) ->
                                experts.put(name, weight.data().clone(dtype)));
            }
        }
        return fuse(model, run, experts, adapters.paths().size());
    }

    private Map<String, Tensor> stored(Path folder, Model model) {
        StoredAdapter adapter = StoredAdapter.read(folder, FreshWeights.backend(model));
        if (!(adapter.method() instanceof BottleneckMethod method)
                || method.placement() != BottleneckMethod.Placement.PFEIFFER) {
            throw new IllegalArgumentException("fusion: " + folder + " holds an adapter of method "
                    + adapter.method().name() + ", only those of pfeiffer can be fused");
        }
        if (method.activation() != activation) {
            throw new IllegalArgumentException("fusion: " + folder + " was trained with activation "
                    + method.activation() + ", not " + activation + ": set activation accordingly");
        }
        return adapter.adapterTensors();
    }

    /** What was saved holds its experts. */
    @Override
    public AdaptedModel attach(Model model, Run run, Map<String, Tensor> trained) {
        List<ResidualSite> sites = BottleneckMethod.sites(model, BottleneckMethod.Placement.PFEIFFER);
        DType dtype = FreshWeights.dtype(model);
        Map<String, Tensor> experts = new LinkedHashMap<>();
        trained.forEach((name, tensor) -> {
            if (name.contains(AdapterFusion.EXPERTS)) {
                experts.put(name, tensor.clone(dtype));
            }
        });
        int count = 0;
        while (experts.containsKey(AdapterFusion.expert(sites.getFirst(), count) + Bottleneck.DOWN)) {
            count++;
        }
        return fuse(model, run, experts, count).filled(trained);
    }

    private AdaptedModel fuse(Model model, Run run, Map<String, Tensor> weights, int count) {
        FreshWeights fresh = FreshWeights.beside(model, run.seed());
        List<AdapterFusion> fusions = new ArrayList<>();
        for (ResidualSite site : BottleneckMethod.sites(model, BottleneckMethod.Placement.PFEIFFER)) {
            List<Bottleneck> experts = new ArrayList<>();
            for (int n = 0; n < count; n++) {
                experts.add(Bottleneck.trained(AdapterFusion.expert(site, n), site.width(), activation, weights));
            }
            String name = AdapterFusion.name(site);
            Shape square = Shape.of(site.width(), site.width());
            fusions.add(new AdapterFusion(
                    site,
                    experts,
                    fresh.normal(name + ".query.weight", spread, square),
                    fresh.normal(name + ".key.weight", spread, square),
                    nearIdentity(fresh.normal(name + ".value.weight", NOISE, square))));
        }
        return AdaptedModel.training(this, fusions, run);
    }

    private static Variable nearIdentity(Variable noise) {
        double[] values = noise.data().toDoubles();
        int side = noise.shape().dim(0);
        for (int i = 0; i < side; i++) {
            values[i * side + i] += 1;
        }
        noise.data().write(values);
        return noise;
    }
}
