package dev.rankine.transformer.decode;

import dev.rankine.tensor.Scope;
import dev.rankine.tensor.ScopePool;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import dev.rankine.transformer.Decoding;
import java.util.Arrays;
import java.util.function.Supplier;

/** Writes the rows of a batch independently of each other, until each has ended. */
final class RowWriter {
    private final Ending ending;
    private final ScopePool memory;
    private final Choice choice;

    RowWriter(Ending ending, ScopePool memory, Choice choice) {
        this.ending = ending;
        this.memory = memory;
        this.choice = choice;
    }

    /**
     * The symbols written for each row, with the end symbol where a row reached one, and padding behind it. Rows are as
     * long as the longest.
     *
     * @param first what the model reads first in each row
     * @param start called in the scope of the decoding
     */
    long[][] write(long[] first, Supplier<Decoding> start) {
        Rows rows = new Rows(first);
        try (Scope _ = memory.open()) {
            Decoding decoding = start.get();
            Tensor last = Tensor.ofLongs(memory.backend(), Shape.of(rows.last.length), rows.last);
            while (rows.steps < ending.maxSteps() && rows.open > 0) {
                try (Scope _ = memory.open()) {
                    rows.write(decoding.next(last).toFloats());
                }
                last.write(rows.last);
            }
        }
        return rows.written();
    }

    /** What is written so far. */
    private final class Rows {
        private final long[][] symbols;
        private final boolean[] ended;
        private final long[] last;
        private int open;
        private int steps;

        Rows(long[] first) {
            symbols = new long[first.length][ending.maxSteps()];
            ended = new boolean[first.length];
            last = first.clone();
            open = first.length;
        }

        void write(float[] scores) {
            int vocabulary = scores.length / last.length;
            for (int b = 0; b < last.length; b++) {
                last[b] = ended[b] ? ending.padding() : next(scores, b, vocabulary);
                symbols[b][steps] = last[b];
                if (!ended[b] && ending.isEnd(last[b])) {
                    ended[b] = true;
                    open--;
                }
            }
            steps++;
        }

        private long next(float[] scores, int row, int vocabulary) {
            Choice.requireNumbers(scores, row * vocabulary, vocabulary, steps);
            Long forced = ending.forced(steps);
            if (forced != null) {
                return forced;
            }
            return choice.choose(scores, row * vocabulary, vocabulary, row, steps);
        }

        long[][] written() {
            return Arrays.stream(symbols).map(row -> Arrays.copyOf(row, steps)).toArray(long[][]::new);
        }
    }
}
