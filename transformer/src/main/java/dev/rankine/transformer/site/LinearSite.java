package dev.rankine.transformer.site;

import dev.rankine.autograd.Variable;
import dev.rankine.autograd.op.Linear;
import dev.rankine.autograd.op.Permute;
import dev.rankine.transformer.Pass;
import org.jspecify.annotations.Nullable;

/** The product with a weight matrix: y[..., O] = x[..., I] W0[O, I]^T + bias[O], unless an adapter computes it. */
public final class LinearSite extends Site<LinearSite.Adaptation> {
    /** Computes the site's product its own way. */
    public interface Adaptation {
        /** y[..., O] for x[..., I]; {@code site} gives W0 and bias. */
        Variable linear(LinearSite site, Variable x, Pass pass);
    }

    private final Variable stored;
    private final boolean transposed;
    private final @Nullable Variable bias;

    public LinearSite(String path, Variable weight, @Nullable Variable bias) {
        this(path, weight, false, bias);
    }

    /**
     * @param stored W0 [O, I], or [I, O] if transposed, as checkpoints of some families hold it
     * @param bias [O], null for none
     */
    public LinearSite(String path, Variable stored, boolean transposed, @Nullable Variable bias) {
        super(path);
        this.stored = stored;
        this.transposed = transposed;
        this.bias = bias;
    }

    /** W0 [O, I]. Adapters never write it. */
    public Variable weight() {
        return transposed ? Permute.transpose(stored, 0, 1) : stored;
    }

    /** Whether checkpoints hold W0 as [I, O], which PEFT calls {@code fan_in_fan_out}. */
    public boolean isTransposed() {
        return transposed;
    }

    public @Nullable Variable bias() {
        return bias;
    }

    public int inputs() {
        return stored.shape().dim(transposed ? 0 : 1);
    }

    public int outputs() {
        return stored.shape().dim(transposed ? 1 : 0);
    }

    public Variable apply(Variable x, Pass pass) {
        Adaptation adapter = adaptation();
        return adapter == null ? plain(x) : adapter.linear(this, x, pass);
    }

    /** The product without any adapter. */
    public Variable plain(Variable x) {
        return Linear.linear(x, weight(), bias);
    }
}
