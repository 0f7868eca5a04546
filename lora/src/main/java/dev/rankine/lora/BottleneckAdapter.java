package dev.rankine.lora;

import dev.rankine.autograd.Variable;
import dev.rankine.transformer.Pass;
import dev.rankine.transformer.site.ResidualSite;
import java.util.Map;

/**
 * An adapter behind a sublayer, h + U f(D h + b1) + b2. After Houlsby et al. ("Parameter-Efficient Transfer Learning for
 * NLP", 2019) it stands before the residual add, after Pfeiffer et al. ("AdapterFusion", 2021) behind the layer norm. It
 * cannot be folded into a weight: f lies between its products.
 */
public final class BottleneckAdapter implements SublayerAdapter {
    private final ResidualSite site;
    private final BottleneckMethod.Placement placement;
    private final Bottleneck bottleneck;

    BottleneckAdapter(ResidualSite site, BottleneckMethod.Placement placement, Bottleneck bottleneck) {
        this.site = site;
        this.placement = placement;
        this.bottleneck = bottleneck;
    }

    /** Where the names of the weights of a site begin. */
    static String name(ResidualSite site) {
        return site.path() + ".adapter";
    }

    @Override
    public Variable beforeAdd(Variable h, Pass pass) {
        return placement == BottleneckMethod.Placement.HOULSBY ? h.plus(bottleneck.of(h)) : h;
    }

    @Override
    public Variable afterNorm(Variable h, Pass pass) {
        return placement == BottleneckMethod.Placement.PFEIFFER ? h.plus(bottleneck.of(h)) : h;
    }

    @Override
    public ResidualSite site() {
        return site;
    }

    @Override
    public Map<String, Variable> parameters() {
        return bottleneck.parameters(name(site));
    }

    @Override
    public String toString() {
        return "the bottleneck adapter of " + path();
    }
}
