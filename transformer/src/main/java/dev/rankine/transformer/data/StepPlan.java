package dev.rankine.transformer.data;

import dev.rankine.transformer.Pass;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.IntUnaryOperator;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * Which examples every step of a run sees: each epoch in an order of its own, cut into micro-batches; the last batch of
 * an epoch is kept, however small. A step can be asked for without those before it.
 */
public final class StepPlan {
    private static final int BUCKET = 50;
    /** Tells the order of steps from the order of examples. */
    private static final long BUCKETS = Pass.stream("buckets");

    private final int examples;
    private final int batch;
    private final int accumulate;
    private final int epochs;
    private final long seed;
    private final @Nullable IntUnaryOperator lengths;
    private long orderedEpoch = -1;
    private int[] order = {};

    /**
     * @param examples in the data
     * @param batch examples of a micro-batch
     * @param accumulate micro-batches of a step
     */
    public StepPlan(int examples, int batch, int accumulate, int epochs, long seed) {
        this(examples, batch, accumulate, epochs, seed, null);
    }

    private StepPlan(
            int examples, int batch, int accumulate, int epochs, long seed, @Nullable IntUnaryOperator lengths) {
        if (examples < 1 || batch < 1 || accumulate < 1 || epochs < 1) {
            throw new IllegalArgumentException("examples, batch, accumulate and epochs must be at least 1, got "
                    + examples + ", " + batch + ", " + accumulate + " and " + epochs);
        }
        this.examples = examples;
        this.batch = batch;
        this.accumulate = accumulate;
        this.epochs = epochs;
        this.seed = seed;
        this.lengths = lengths;
    }

    /**
     * The same, but examples of similar length share steps, so that there is less to pad: of every {@value #BUCKET} steps'
     * examples, shuffled as ever, the shortest make up one step, and so on; then the steps are shuffled.
     */
    public StepPlan bucketedBy(IntUnaryOperator length) {
        return new StepPlan(examples, batch, accumulate, epochs, seed, length);
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

    /** The examples of the largest micro-batch that there can be: the longest ones, the longest first. */
    public int[] longest(IntUnaryOperator length) {
        return LongStream.range(0, examples)
                .map(example -> (long) -length.applyAsInt((int) example) << Integer.SIZE | example)
                .sorted()
                .limit(batch)
                .mapToInt(key -> (int) key)
                .toArray();
    }

    private void orderEpoch(long epoch) {
        if (epoch != orderedEpoch) {
            order = Shuffle.order(seed, epoch, examples);
            if (lengths != null) {
                order = bucketed(order, lengths, epoch);
            }
            orderedEpoch = epoch;
        }
    }

    private int[] bucketed(int[] shuffled, IntUnaryOperator length, long epoch) {
        int step = batch * accumulate;
        int[] sorted = shuffled.clone();
        for (int from = 0; from < examples; from += step * BUCKET) {
            int[] bucket = Arrays.stream(shuffled, from, Math.min(from + step * BUCKET, examples))
                    .boxed()
                    .sorted(Comparator.comparingInt(length::applyAsInt))
                    .mapToInt(example -> example)
                    .toArray();
            System.arraycopy(bucket, 0, sorted, from, bucket.length);
        }
        int[] ordered = sorted.clone(); // a last step that is not whole stays the last
        int whole = examples / step;
        int[] steps = Shuffle.order(seed ^ BUCKETS, epoch, whole);
        for (int i = 0; i < whole; i++) {
            System.arraycopy(sorted, steps[i] * step, ordered, i * step, step);
        }
        return ordered;
    }
}
