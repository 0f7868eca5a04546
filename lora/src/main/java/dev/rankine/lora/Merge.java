package dev.rankine.lora;

import dev.rankine.autograd.Variable;
import dev.rankine.autograd.op.Linear;
import dev.rankine.tensor.Tensor;
import dev.rankine.transformer.Pass;
import dev.rankine.transformer.site.LinearSite;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * A model with its adapters folded into the weights until {@link #close()}: each site computes with W0 + delta, which
 * lies in new memory. Closing brings the adapters back; since W0 was never touched, nothing drifts.
 */
public final class Merge implements AutoCloseable {
    private final List<Mergeable> adapters;

    private Merge(List<Mergeable> adapters) {
        this.adapters = adapters;
    }

    /**
     * Folds adapters in.
     *
     * @throws IllegalArgumentException if one of them cannot be folded, before any is
     */
    public static Merge of(Collection<? extends Adapter> adapters) {
        List<Mergeable> foldable = new ArrayList<>();
        for (Adapter adapter : adapters) {
            if (!(adapter instanceof Mergeable mergeable)) {
                throw new IllegalArgumentException(
                        "merge: " + adapter + " is no change of a weight matrix and stays beside the model");
            }
            foldable.add(mergeable);
        }
        for (Mergeable adapter : foldable) {
            adapter.detach();
            adapter.site().occupy(new Folded(adapter.mergedWeight()));
        }
        return new Merge(foldable);
    }

    @Override
    public void close() {
        for (Mergeable adapter : adapters) {
            adapter.site().vacate();
            adapter.attach();
        }
    }

    /** y = x W^T + bias with W = W0 + delta. */
    private record Folded(Tensor weight) implements LinearSite.Adaptation {
        @Override
        public Variable linear(LinearSite site, Variable x, Pass pass) {
            return Linear.linear(x, Variable.constant(weight), site.bias());
        }
    }
}
