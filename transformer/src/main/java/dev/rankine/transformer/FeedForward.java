package dev.rankine.transformer;

import dev.rankine.autograd.Variable;
import dev.rankine.transformer.site.Sites;

/** Two products with an activation between them, at every place alike: [B, T, C] to [B, T, C]. */
public final class FeedForward extends Module {
    private final LinearLayer fc1;
    private final LinearLayer fc2;
    private final Activation activation;
    private final double dropout;
    private final long stream;

    /** @param path of the layer around it: most families have no name for this part */
    public FeedForward(String path, int inner, TransformerSettings settings, Weights weights) {
        super(path);
        int width = settings.width();
        Layout.Products names = settings.form().layout().products();
        fc1 = child(new LinearLayer(path(names.in()), width, inner, settings.initStd(), weights));
        fc2 = child(new LinearLayer(path(names.out()), inner, width, settings.initStd(), weights));
        activation = settings.form().activation();
        dropout = settings.dropout().activation();
        stream = Pass.stream(path("activation_dropout"));
    }

    public Variable apply(Variable x, Pass pass) {
        Variable h = activation.apply(fc1.apply(x, pass));
        return fc2.apply(pass.dropout(h, dropout, stream), pass);
    }

    public Sites sites() {
        return Sites.of(fc1.site(), fc2.site());
    }
}
