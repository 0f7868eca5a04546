package dev.rankine.transformer.train;

import dev.rankine.autograd.Variable;
import dev.rankine.transformer.Pass;
import dev.rankine.transformer.data.Batch;

/** What a run makes small. */
@FunctionalInterface
public interface Objective<B extends Batch> {
    /**
     * The loss of a micro-batch, summed over its {@link Batch#count()} symbols or examples: shape []. A sum, so that the
     * mean over the micro-batches of a step is exact whatever their sizes.
     */
    Variable loss(B batch, Pass pass);
}
