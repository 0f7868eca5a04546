package dev.rankine.transformer;

import dev.rankine.autograd.Variable;
import dev.rankine.tensor.Shape;
import dev.rankine.transformer.site.LinearSite;

/** A weight matrix and a bias behind a site: y[..., O] = x[..., I] W[O, I]^T + b[O]. */
public final class LinearLayer extends Module {
    private final LinearSite site;

    public LinearLayer(String path, int inputs, int outputs, double initStd, Weights weights) {
        super(path);
        Variable weight = weight(weights, "weight", Shape.of(outputs, inputs), new Weights.Start.Normal(initStd));
        Variable bias = weight(weights, "bias", Shape.of(outputs), new Weights.Start.Constant(0));
        site = new LinearSite(path, weight, bias);
    }

    public Variable apply(Variable x, Pass pass) {
        return site.apply(x, pass);
    }

    public LinearSite site() {
        return site;
    }
}
