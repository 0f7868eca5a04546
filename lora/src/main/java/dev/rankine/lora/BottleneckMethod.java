package dev.rankine.lora;

import dev.rankine.transformer.Activation;
import dev.rankine.transformer.Model;
import dev.rankine.transformer.site.ResidualSite;
import dev.rankine.transformer.site.ResidualSite.Sublayer;
import java.util.List;

/**
 * Bottleneck adapters behind sublayers, see {@link BottleneckAdapter}. Houlsby's have 2 d m + m + d numbers behind each sublayer,
 * so twice that in a layer of an encoder; Pfeiffer's stand behind the feed-forward sublayer only and have half as many.
 *
 * <p>Houlsby et al. also train the layer norms; here the model's own weights stay frozen, so that adapters can be taken off.
 */
public record BottleneckMethod(
        @Setting("where the adapters stand") Placement placement,

        @Setting("the papers' m (Houlsby et al. try up to 256; Pfeiffer et al. take d / 16)")
        int bottleneck,

        @Setting("f: GELU in the code of Houlsby et al., ReLU of Pfeiffer et al.")
        Activation activation,

        @Setting("deviation of D and U at the start, so near 0 that the model computes nearly what it did; "
                + "Houlsby et al. cut the distribution off at twice that")
        double spread)
        implements Method {
    /** Where the adapters stand. */
    public enum Placement {
        /** Behind every sublayer, before the residual add (Houlsby et al. 2019). */
        HOULSBY,
        /** Behind every feed-forward sublayer, after its layer norm (Pfeiffer et al. 2021). */
        PFEIFFER
    }

    public BottleneckMethod {
        if (bottleneck < 1) {
            throw new IllegalArgumentException("bottleneck must be at least 1, got " + bottleneck);
        }
        if (!(spread >= 0 && Double.isFinite(spread))) {
            throw new IllegalArgumentException("spread must be at least 0, got " + spread);
        }
    }

    public static BottleneckMethod houlsby() {
        return new BottleneckMethod(Placement.HOULSBY, 64, Activation.GELU, .01);
    }

    public static BottleneckMethod pfeiffer() {
        return new BottleneckMethod(Placement.PFEIFFER, 64, Activation.RELU, .01);
    }

    @Override
    public String name() {
        return placement == Placement.HOULSBY ? "houlsby" : "pfeiffer";
    }

    @Override
    public String title() {
        return placement == Placement.HOULSBY
                ? "Houlsby: bottleneck adapters behind every sublayer (Houlsby et al. 2019)"
                : "Pfeiffer: bottleneck adapters behind feed-forward sublayers (Pfeiffer et al. 2021)";
    }

    /** The sites of a model where the adapters stand. */
    static List<ResidualSite> sites(Model model, Placement placement) {
        List<ResidualSite> sites = model.sites().residual().stream()
                .filter(site -> placement == Placement.HOULSBY || site.sublayer() == Sublayer.FEED_FORWARD)
                .toList();
        if (sites.isEmpty()) {
            throw new IllegalArgumentException(
                    "the model declares no site behind a sublayer, so no adapter can stand there");
        }
        return sites;
    }

    @Override
    public AdaptedModel attach(Model model, Run run) {
        FreshWeights fresh = FreshWeights.beside(model, run.seed());
        List<BottleneckAdapter> adapters = sites(model, placement).stream()
                .map(site -> new BottleneckAdapter(
                        site,
                        placement,
                        Bottleneck.start(
                                BottleneckAdapter.name(site), site.width(), bottleneck, activation, spread, fresh)))
                .toList();
        return AdaptedModel.training(this, adapters, run);
    }
}
