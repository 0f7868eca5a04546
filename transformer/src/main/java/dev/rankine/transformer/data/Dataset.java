package dev.rankine.transformer.data;

/** Examples that can be put together to batches. */
public interface Dataset<B extends Batch> {
    /** How many examples there are. */
    int size();

    /**
     * A batch of the named examples.
     *
     * @param first number of the first of them within the step's whole batch
     */
    B batch(int[] examples, int first);
}
