package dev.rankine.lora;

import dev.rankine.autograd.GradientMode;
import dev.rankine.autograd.Variable;
import dev.rankine.autograd.op.Expand;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import dev.rankine.transformer.Pass;
import dev.rankine.transformer.site.KeyValueSite;
import java.util.Map;

/**
 * Prefix tuning (Li and Liang, "Prefix-Tuning: Optimizing Continuous Prompts for Generation", 2021): every query of an
 * attention layer also sees l trained keys and values. While training they may be a small network's output, which the authors
 * found to be steadier; at the end {@link #fold} keeps its output and drops the network.
 */
public final class PrefixAdapter implements AttentionPrefix {
    private final KeyValueSite site;
    private PrefixRows rows;

    PrefixAdapter(KeyValueSite site, PrefixRows rows) {
        this.site = site;
        this.rows = rows;
    }

    /** Where the names of the parameters of a site begin. */
    static String name(KeyValueSite site) {
        return site.path() + ".prefix";
    }

    /** C. */
    static int width(KeyValueSite site) {
        return site.heads() * site.headWidth();
    }

    @Override
    public KeyValueSite.Extra extra(int batch, Pass pass) {
        return new KeyValueSite.Extra(split(rows.keys(), batch), split(rows.values(), batch));
    }

    /** [l, C] as [B, H, l, D]. */
    private Variable split(Variable x, int batch) {
        int length = x.shape().dim(0);
        Variable heads = x.reshape(1, length, site.heads(), site.headWidth()).transpose(1, 2);
        return Expand.expand(heads, Shape.of(batch, site.heads(), length, site.headWidth()));
    }

    /** Replaces a network by the rows that it gives. */
    void fold() {
        if (rows instanceof PrefixRows.Reparametrized) {
            try (var _ = GradientMode.noGrad()) {
                rows = new PrefixRows.Direct(kept(rows.keys()), kept(rows.values()));
            }
        }
    }

    private static Variable kept(Variable x) {
        Tensor data = x.data();
        return Variable.parameter(data.clone(data.dtype()));
    }

    @Override
    public KeyValueSite site() {
        return site;
    }

    @Override
    public Map<String, Variable> parameters() {
        return rows.parameters(name(site));
    }

    @Override
    public String toString() {
        return "the prefix of " + path();
    }
}
