package dev.rankine.transformer;

import dev.rankine.autograd.Variable;
import dev.rankine.autograd.op.Add;
import dev.rankine.transformer.site.ResidualSite;
import dev.rankine.transformer.site.ResidualSite.Sublayer;
import dev.rankine.transformer.site.Sites;
import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;

/**
 * The way around a sublayer f: norm(x + dropout(f(x))) in a post-norm model, x + dropout(f(norm(x))) in a pre-norm one.
 * An adapter may change what the sublayer gives (behind dropout) and the stream that leaves here.
 */
public final class Residual extends Module {
    private final Normalization norm;
    private final NormOrder order;
    private final ResidualSite site;
    private final double dropout;
    private final long stream;

    /**
     * @param path of the layer
     * @param sublayer what stands there
     * @param names of the sublayer and its norm
     */
    Residual(String path, Sublayer sublayer, Layout.Sublayer names, TransformerSettings settings, Weights weights) {
        super(path);
        String name = names.path();
        norm = child(Normalization.of(path(names.norm()), settings, weights));
        order = settings.form().norms();
        site = new ResidualSite(path(name), sublayer, settings.width());
        dropout = settings.dropout().residual();
        stream = Pass.stream(path(name) + ".dropout");
    }

    /** x[B, T, C] to [B, T, C]. */
    public Variable around(UnaryOperator<Variable> sublayer, Variable x, Pass pass) {
        return behind(sublayer.apply(before(x)), x, pass);
    }

    /** The same for a sublayer that looks from x[B, T, C] at further rows [B, S, C] of the same stream. */
    Variable around(BinaryOperator<Variable> sublayer, Variable x, Variable rows, Pass pass) {
        return behind(sublayer.apply(before(x), before(rows)), x, pass);
    }

    private Variable before(Variable x) {
        return order == NormOrder.PRE ? norm.apply(x) : x;
    }

    private Variable behind(Variable f, Variable x, Pass pass) {
        if (order == NormOrder.POST && !site.isOccupied()) {
            return norm.ofSum(x, f, pass.dropout(dropout, stream));
        }
        Variable sum = Add.add(x, site.beforeAdd(pass.dropout(f, dropout, stream), pass));
        return site.afterNorm(order == NormOrder.POST ? norm.apply(sum) : sum, pass);
    }

    public Sites sites() {
        return Sites.of(site);
    }
}
