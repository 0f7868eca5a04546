package dev.rankine.transformer;

import dev.rankine.autograd.Variable;
import dev.rankine.tensor.Shape;
import dev.rankine.transformer.site.LinearSite;

/** A weight matrix and, in most families, a bias behind a site: y[..., O] = x[..., I] W[O, I]^T + b[O]. */
public final class LinearLayer extends Module {
    private final LinearSite site;

    /** With a bias, and the matrix as it is used. */
    public LinearLayer(String path, int inputs, int outputs, double initStd, Weights weights) {
        this(path, inputs, outputs, initStd, Layout.Style.COMMON, weights);
    }

    /** @param style whether there is a bias, and whether the matrix is stored transposed */
    public LinearLayer(String path, int inputs, int outputs, double initStd, Layout.Style style, Weights weights) {
        super(path);
        boolean transposed = style.transposed();
        Shape stored = transposed ? Shape.of(inputs, outputs) : Shape.of(outputs, inputs);
        Variable weight = matrix(weights, "weight", stored, new Weights.Start.Normal(initStd));
        Variable bias =
                style.biases() ? weight(weights, "bias", Shape.of(outputs), new Weights.Start.Constant(0)) : null;
        site = new LinearSite(path, weight, transposed, bias);
    }

    public Variable apply(Variable x, Pass pass) {
        return site.apply(x, pass);
    }

    public LinearSite site() {
        return site;
    }
}
