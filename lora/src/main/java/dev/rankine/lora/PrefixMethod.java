package dev.rankine.lora;

import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import dev.rankine.transformer.Model;
import dev.rankine.transformer.site.KeyValueSite;
import dev.rankine.transformer.train.Controller;
import dev.rankine.transformer.train.ParameterGroup;
import java.util.List;
import java.util.Map;

/**
 * Prefix tuning, see {@link PrefixAdapter}: l 2 d numbers for each attention layer, in every attention of the model. They change what
 * the model computes from the start.
 */
public record PrefixMethod(
        @Setting("the paper's l, how many keys and values (there 5 to 200 by task)")
        int length,

        @Setting("width of the network that gives them while training and is dropped at the end, 0 for none; the "
                + "paper has 512 or 800")
        int hidden,

        @Setting("deviation of the rows, or of their embedding, at the start (PEFT 1; the paper does best with "
                + "keys and values of real words)")
        double spread)
        implements Method {
    public PrefixMethod {
        if (length < 1) {
            throw new IllegalArgumentException("length must be at least 1 row, got " + length);
        }
        if (hidden < 0) {
            throw new IllegalArgumentException("hidden must be at least 0, got " + hidden);
        }
        if (!(spread >= 0 && Double.isFinite(spread))) {
            throw new IllegalArgumentException("spread must be at least 0, got " + spread);
        }
    }

    public static PrefixMethod standard() {
        return new PrefixMethod(20, 0, .5);
    }

    @Override
    public String name() {
        return "prefix";
    }

    @Override
    public String title() {
        return "Prefix tuning: trained keys and values in every attention (Li and Liang 2021)";
    }

    @Override
    public AdaptedModel attach(Model model, Run run) {
        List<KeyValueSite> sites = model.sites().keyValue();
        if (sites.isEmpty()) {
            throw new IllegalArgumentException("the model declares no attention site, so no prefix can stand there");
        }
        FreshWeights fresh = FreshWeights.beside(model, run.seed());
        PrefixRows.Shared shared = hidden == 0 ? null : shared(PrefixAdapter.width(sites.getFirst()), fresh);
        List<PrefixAdapter> adapters = sites.stream()
                .map(site ->
                        new PrefixAdapter(site, shared == null ? direct(site, fresh) : network(site, shared, fresh)))
                .toList();
        ParameterGroup group = PlainController.adapterGroup(adapters, run.weightDecay());
        return new AdaptedModel(this, adapters, new Folding(adapters, List.of(group)));
    }

    /** What was saved has no network any more. */
    @Override
    public AdaptedModel attach(Model model, Run run, Map<String, Tensor> trained) {
        return new PrefixMethod(length, 0, spread).attach(model, run).filled(trained);
    }

    private PrefixRows direct(KeyValueSite site, FreshWeights fresh) {
        String name = PrefixAdapter.name(site);
        Shape shape = Shape.of(length, PrefixAdapter.width(site));
        return new PrefixRows.Direct(
                fresh.normal(name + PrefixRows.Direct.KEYS, spread, shape),
                fresh.normal(name + PrefixRows.Direct.VALUES, spread, shape));
    }

    private PrefixRows.Shared shared(int width, FreshWeights fresh) {
        return new PrefixRows.Shared(
                fresh.normal(PrefixRows.Shared.EMBEDDING, spread, Shape.of(length, width)),
                fresh.normal(PrefixRows.Shared.WEIGHT, deviation(width), Shape.of(hidden, width)),
                fresh.zeros(PrefixRows.Shared.BIAS, Shape.of(hidden)));
    }

    private PrefixRows network(KeyValueSite site, PrefixRows.Shared shared, FreshWeights fresh) {
        String name = PrefixAdapter.name(site);
        int width = 2 * PrefixAdapter.width(site);
        return new PrefixRows.Reparametrized(
                shared,
                fresh.normal(name + PrefixRows.Reparametrized.WEIGHT, deviation(hidden), Shape.of(width, hidden)),
                fresh.zeros(name + PrefixRows.Reparametrized.BIAS, Shape.of(width)));
    }

    /** That of PyTorch's linear layers, U(-1/sqrt(n), 1/sqrt(n)) for n inputs. */
    private static double deviation(int inputs) {
        return 1 / Math.sqrt(3.0 * inputs);
    }

    /** Trains the prefixes and drops their network at the end. */
    private record Folding(List<PrefixAdapter> adapters, List<ParameterGroup> parameterGroups) implements Controller {
        @Override
        public void finish() {
            adapters.forEach(PrefixAdapter::fold);
        }
    }
}
