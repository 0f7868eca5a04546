package dev.rankine.transformer.data;

/** Examples that can be put together to batches. */
public interface Dataset<B extends Batch> {
    /** How many examples there are. */
    int size();

    /** How many symbols an example has, by which batches can be put together; the same for all where it does not matter. */
    default int length(int example) {
        return 1;
    }

    /**
     * A batch of the named examples.
     *
     * @param first number of the first of them within the step's whole batch
     */
    B batch(int[] examples, int first);
}
