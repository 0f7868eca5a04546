package dev.rankine.transformer;

import dev.rankine.autograd.Variable;
import dev.rankine.autograd.op.Multiply;
import dev.rankine.transformer.site.Sites;
import org.jspecify.annotations.Nullable;

/**
 * Two products with an activation between them, at every place alike: [B, T, C] to [B, T, C]. In a gated one (Shazeer
 * 2020, "GLU variants improve transformer") a third product goes through the activation and multiplies the first.
 */
public final class FeedForward extends Module {
    private final LinearLayer in;
    private final LinearLayer out;
    private final @Nullable LinearLayer gate;
    private final Activation activation;
    private final double dropout;
    private final long stream;

    /** @param path of the layer around it: most families have no name for this part */
    public FeedForward(String path, int inner, TransformerSettings settings, Weights weights) {
        super(path);
        int width = settings.width();
        Layout.Products names = settings.form().layout().products();
        Layout.Style style = settings.form().layout().style();
        double std = settings.initStd();
        gate = names.gate() == null
                ? null
                : child(new LinearLayer(path(names.gate()), width, inner, std, style, weights));
        in = child(new LinearLayer(path(names.in()), width, inner, std, style, weights));
        out = child(new LinearLayer(path(names.out()), inner, width, std, style, weights));
        activation = settings.form().activation();
        dropout = settings.dropout().activation();
        stream = Pass.stream(path("activation_dropout"));
    }

    public Variable apply(Variable x, Pass pass) {
        Variable h = gate == null
                ? activation.apply(in.apply(x, pass))
                : Multiply.multiply(activation.apply(gate.apply(x, pass)), in.apply(x, pass));
        return out.apply(pass.dropout(h, dropout, stream), pass);
    }

    public Sites sites() {
        return gate == null ? Sites.of(in.site(), out.site()) : Sites.of(gate.site(), in.site(), out.site());
    }
}
