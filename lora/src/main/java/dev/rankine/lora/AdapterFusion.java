package dev.rankine.lora;

import static dev.rankine.autograd.op.Multiply.multiply;

import dev.rankine.autograd.Variable;
import dev.rankine.autograd.op.Concatenate;
import dev.rankine.autograd.op.Linear;
import dev.rankine.autograd.op.Reshape;
import dev.rankine.autograd.op.Softmax;
import dev.rankine.autograd.op.Sum;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import dev.rankine.transformer.Pass;
import dev.rankine.transformer.site.ResidualSite;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * AdapterFusion (Pfeiffer et al., "AdapterFusion: Non-Destructive Task Composition for Transfer Learning", 2021): N trained, now frozen
 * Pfeiffer adapters a_n stand side by side, and every place of the stream asks which of them to hear. With the
 * layer's output h and z_n = a_n(h),
 *
 * <pre>{@code
 * p = softmax over n of <Q h, K z_n>        y = h + sum_n p_n V z_n
 * }</pre>
 *
 * Trained are Q, K, V, all [d, d]; Q and K begin random, V as the identity but for a small noise, so that at first y is
 * about h plus the mean of what the adapters add. The paper writes z_n with h in it; as in the authors' code h goes around.
 */
public final class AdapterFusion implements SublayerAdapter {
    /** In the names of all weights of experts. */
    static final String EXPERTS = ".experts.";

    private final ResidualSite site;
    private final List<Bottleneck> experts;
    private final Variable query;
    private final Variable key;
    private final Variable value;

    /**
     * @param experts the adapters of this site
     * @param query Q [d, d]
     * @param key K [d, d]
     * @param value V [d, d]
     */
    AdapterFusion(ResidualSite site, List<Bottleneck> experts, Variable query, Variable key, Variable value) {
        this.site = site;
        this.experts = List.copyOf(experts);
        this.query = query;
        this.key = key;
        this.value = value;
    }

    /** Where the names of the weights of a site begin. */
    static String name(ResidualSite site) {
        return site.path() + ".fusion";
    }

    /** Where those of an expert begin. */
    static String expert(ResidualSite site, int n) {
        return name(site) + EXPERTS + n;
    }

    @Override
    public Variable afterNorm(Variable h, Pass pass) {
        int width = h.shape().dim(-1);
        Shape one = Shape.of(Math.toIntExact(h.shape().size() / width), 1, width);
        Variable[] outputs =
                experts.stream().map(expert -> reshaped(expert.of(h), one)).toArray(Variable[]::new);
        Variable z = Concatenate.concatenate(1, outputs);
        Variable asked = reshaped(Linear.linear(h, query, null), one);
        Variable scores = Sum.sum(multiply(Linear.linear(z, key, null), asked), 2);
        Variable shares =
                reshaped(Softmax.softmax(scores), one.with(1, experts.size()).with(2, 1));
        Variable heard = Sum.sum(multiply(Linear.linear(z, value, null), shares), 1);
        return h.plus(reshaped(heard, h.shape()));
    }

    private static Variable reshaped(Variable x, Shape shape) {
        return Reshape.reshape(x, shape);
    }

    @Override
    public ResidualSite site() {
        return site;
    }

    @Override
    public Map<String, Variable> parameters() {
        Map<String, Variable> parameters = new LinkedHashMap<>();
        parameters.put(name(site) + ".query.weight", query);
        parameters.put(name(site) + ".key.weight", key);
        parameters.put(name(site) + ".value.weight", value);
        return parameters;
    }

    /** The experts. */
    @Override
    public Map<String, Tensor> state() {
        Map<String, Tensor> state = new LinkedHashMap<>();
        for (int n = 0; n < experts.size(); n++) {
            experts.get(n).parameters(expert(site, n)).forEach((name, weight) -> state.put(name, weight.data()));
        }
        return state;
    }

    @Override
    public String toString() {
        return "the fusion of " + experts.size() + " adapters of " + path();
    }
}
