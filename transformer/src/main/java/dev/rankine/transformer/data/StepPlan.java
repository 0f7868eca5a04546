package dev.rankine.transformer.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Which examples every step of a run sees: each epoch in an order of its own, cut into micro-batches; the last batch of
 * an epoch is kept, however small. A step can be asked for without those before it.
 */
public final class StepPlan {
    private final int examples;
    private final int batch;
    private final int accumulate;
    private final int epochs;
    private final long seed;
    private long orderedEpoch = -1;
    private int[] order = {};

    /**
     * @param examples in the data
     * @param batch examples of a micro-batch
     * @param accumulate micro-batches of a step
     */
    public StepPlan(int examples, int batch, int accumulate, int epochs, long seed) {
        if (examples < 1 || batch < 1 || accumulate < 1 || epochs < 1) {
            throw new IllegalArgumentException("examples, batch, accumulate and epochs must be at least 1, got "
                    + examples + ", " + batch + ", " + accumulate + " and " + epochs);
        }
        this.examples = examples;
        this.batch = batch;
        this.accumulate = accumulate;
        this.epochs = epochs;
        this.seed = seed;
    }

    public long stepsPerEpoch() {
        return Math.ceilDiv((long) examples, (long) batch * accumulate);
    }

    public long steps() {
        return epochs * stepsPerEpoch();
    }

    /** The numbers of the examples of each micro-batch of a step. */
    public List<int[]> microBatches(long step) {
        if (step < 0 || step >= steps()) {
            throw new IndexOutOfBoundsException("step " + step + " of a run of " + steps() + " steps");
        }
        orderEpoch(step / stepsPerEpoch());
        long first = step % stepsPerEpoch() * batch * accumulate;
        List<int[]> microBatches = new ArrayList<>();
        for (long from = first; from < first + (long) batch * accumulate && from < examples; from += batch) {
            microBatches.add(Arrays.copyOfRange(order, (int) from, (int) Math.min(from + batch, examples)));
        }
        return microBatches;
    }

    private void orderEpoch(long epoch) {
        if (epoch != orderedEpoch) {
            order = Shuffle.order(seed, epoch, examples);
            orderedEpoch = epoch;
        }
    }
}
