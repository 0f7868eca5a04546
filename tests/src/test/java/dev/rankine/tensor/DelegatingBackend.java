package dev.rankine.tensor;

/**
 * Passes the primitives on to another back-end and keeps the default bodies of the fused operations: what an override
 * is compared with. Tensors must name this back-end, so that the default bodies run on it.
 */
public class DelegatingBackend implements Backend {
    private final Backend delegate;

    public DelegatingBackend(Backend delegate) {
        this.delegate = delegate;
    }

    @Override
    public String name() {
        return "primitives of " + delegate.name();
    }

    @Override
    public String description() {
        return delegate.description();
    }

    @Override
    public void map(Unary function, Tensor x, Tensor out) {
        delegate.map(function, x, out);
    }

    @Override
    public void affine(Tensor x, double scale, double shift, Tensor out) {
        delegate.affine(x, scale, shift, out);
    }

    @Override
    public void zip(Binary function, Tensor a, Tensor b, Tensor out) {
        delegate.zip(function, a, b, out);
    }

    @Override
    public void reduce(Reduction reduction, Tensor x, Tensor out) {
        delegate.reduce(reduction, x, out);
    }

    @Override
    public void matmul(Tensor a, Tensor b, Tensor out, boolean accumulate) {
        delegate.matmul(a, b, out, accumulate);
    }

    @Override
    public void gather(Tensor table, Tensor ids, Tensor out) {
        delegate.gather(table, ids, out);
    }

    @Override
    public void scatterAdd(Tensor rows, Tensor ids, Tensor table) {
        delegate.scatterAdd(rows, ids, table);
    }

    @Override
    public void oneHot(Tensor ids, Tensor out) {
        delegate.oneHot(ids, out);
    }

    @Override
    public void copy(Tensor x, Tensor out) {
        delegate.copy(x, out);
    }

    @Override
    public void fill(Tensor out, double value) {
        delegate.fill(out, value);
    }

    @Override
    public void uniform(Draw draw, Tensor out) {
        delegate.uniform(draw, out);
    }
}
