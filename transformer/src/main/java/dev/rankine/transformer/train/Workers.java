package dev.rankine.transformer.train;

import dev.rankine.tensor.Tensor;
import java.util.List;

/**
 * The workers that share the steps of a run, each seeing a part of every step's batch: here a cluster joins. All of them
 * make the same steps with the same weights.
 */
public interface Workers {
    /** A run with one worker. */
    Workers ALONE = new Workers() {
        @Override
        public long total(long count) {
            return count;
        }

        @Override
        public void sum(List<Tensor> parts) {}
    };

    /** The sum over all workers of what each of them counts. */
    long total(long count);

    /** Replaces every tensor by its sum over all workers, which must add in one order everywhere. */
    void sum(List<Tensor> parts);
}
