package dev.rankine.tensor.vector;

import static dev.rankine.tensor.vector.Lanes.COUNT;

import dev.rankine.tensor.Backend;
import dev.rankine.tensor.Draw;
import dev.rankine.tensor.ShapeMismatch;
import dev.rankine.tensor.Tensor;
import dev.rankine.tensor.random.Philox;

/** Dropout with its random numbers made on the fly: the same numbers for the same places, forward and backward. */
final class Dropper {
    /** Elements that are dropped at once; the random numbers of a few more fit into a slot of the stage. */
    private static final int PART = Stage.SLOT - 2 * RandomKernels.GROUP;

    private final RandomKernels random;
    private final long[] examples;
    /** Where the numbers of each example begin. */
    private final long[] begins;

    private final float threshold;
    private final float factor;

    private Dropper(RandomKernels random, long[] examples, long[] begins, double p) {
        this.random = random;
        this.examples = examples;
        this.begins = begins;
        threshold = Philox.threshold(p);
        factor = (float) (1 / (1 - p));
    }

    /** @throws ShapeMismatch if the first axis of x is not that of the examples */
    static Dropper of(String operation, Backend.Dropout dropout, Tensor x) {
        Draw draw = dropout.draw();
        draw.requireExamples(operation, x);
        long elements = x.shape().size() / Math.max(1, x.shape().dim(0));
        return of(dropout, begins(draw, elements));
    }

    /**
     * For what has no tensor: numbers count from the beginning of each example.
     *
     * @throws ShapeMismatch if the draw has another number of examples
     * @throws IllegalArgumentException if the draw is one for single rows
     */
    static Dropper ofExamples(String operation, Backend.Dropout dropout, int examples) {
        dropout.draw().requireWhole(operation, examples);
        return of(dropout, new long[examples]);
    }

    private static Dropper of(Backend.Dropout dropout, long... begins) {
        Draw draw = dropout.draw();
        return new Dropper(random(draw), Indexing.read(draw.examples()), begins, dropout.p());
    }

    /** Where the numbers of each example begin, or of each row of {@code elements} elements. */
    private static long[] begins(Draw draw, long elements) {
        if (draw.places() == null) {
            return new long[draw.examples().shape().dim(0)];
        }
        long[] begins = Indexing.read(draw.places());
        for (int i = 0; i < begins.length; i++) {
            begins[i] *= elements;
        }
        return begins;
    }

    private static RandomKernels random(Draw draw) {
        long[] clock = Indexing.read(draw.clock());
        return new RandomKernels(clock[0], draw.stream(), clock[1]);
    }

    /**
     * to[i] = from[i] / (1 - p) or 0 for {@code count} floats, the first at {@code position} of its example; {@code to}
     * may be {@code from}.
     *
     * @param example the example's place in the batch
     */
    void run(int example, long position, long from, long to, int count, Stage stage) {
        long begin = begins[example] + position;
        for (int done = 0; done < count; done += PART) {
            int part = Math.min(PART, count - done);
            // numbers are made in blocks of four
            long first = begin + done & -4L;
            int skipped = (int) (begin + done - first);
            int groups = (skipped + part + RandomKernels.GROUP - 1) / RandomKernels.GROUP;
            random.uniform(examples[example], first, stage.slot(0), groups);
            part(stage.slot(0) + 4L * skipped, from + 4L * done, to + 4L * done, part, stage);
        }
    }

    /** Numbers below are dropped. */
    float threshold() {
        return threshold;
    }

    /** 1 / (1 - p). */
    float factor() {
        return factor;
    }

    /** Bytes of room for the random numbers of {@code count} elements. */
    static long room(int count) {
        return Float.BYTES * (count + 2L * RandomKernels.GROUP);
    }

    /** Makes the random numbers of {@link #run} alone; gives the address of the first. */
    long uniform(int example, long position, long room, int count) {
        long begin = begins[example] + position;
        int skipped = (int) (begin & 3);
        int groups = (skipped + count + RandomKernels.GROUP - 1) / RandomKernels.GROUP;
        random.uniform(examples[example], begin - skipped, room, groups);
        return room + (long) Float.BYTES * skipped;
    }

    /** to[i] = from[i] / (1 - p) or 0 by numbers that are there. */
    private void part(long uniform, long from, long to, int count, Stage stage) {
        int vectors = count / COUNT;
        RandomKernels.drop(from, uniform, threshold, factor, to, vectors);
        int rest = count - vectors * COUNT;
        if (rest > 0) {
            long place = 4L * vectors * COUNT;
            long slot = stage.collect(1, from + place, Float.BYTES, rest);
            RandomKernels.drop(slot, uniform + place, threshold, factor, slot, 1);
            stage.scatter(1, to + place, Float.BYTES, rest);
        }
    }
}
