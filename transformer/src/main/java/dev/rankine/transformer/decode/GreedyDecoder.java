package dev.rankine.transformer.decode;

import dev.rankine.tensor.Scope;
import dev.rankine.tensor.ScopePool;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.Tensor;
import dev.rankine.transformer.Decoding;
import dev.rankine.transformer.EncoderDecoder;
import java.util.Arrays;

/**
 * Writes the symbol with the highest score at every step (of equal ones the first), row by row until the end symbol. The
 * source is read once; keys and values are cached.
 */
public final class GreedyDecoder {
    private final Settings settings;
    private final ScopePool memory;

    /**
     * How to begin and end.
     *
     * @param start what the decoder reads first
     * @param end ends a row
     * @param padding fills a row behind its end
     * @param maxSteps how many symbols a row may have, the end included
     */
    public record Settings(long start, long end, long padding, int maxSteps) {
        public Settings {
            if (maxSteps < 1) {
                throw new IllegalArgumentException("a decoding needs at least 1 step, got " + maxSteps);
            }
        }
    }

    /** @param memory for the temporaries, shared by the decodings of one thread */
    public GreedyDecoder(Settings settings, ScopePool memory) {
        this.settings = settings;
        this.memory = memory;
    }

    /**
     * The symbols written for each row of a batch, without the start symbol, with the end symbol where a row reached it,
     * and padding behind it. Rows are as long as the longest.
     *
     * @param inputIds I64 [B, S]
     * @param inputMask [B, S]: 1 on symbols, 0 on padding
     * @throws IllegalStateException if a score is not a number
     */
    public long[][] decode(EncoderDecoder model, Tensor inputIds, Tensor inputMask) {
        Rows rows = new Rows(inputIds.shape().dim(0));
        try (Scope _ = memory.open()) {
            Decoding decoding = model.startDecoding(inputIds, inputMask);
            Tensor last = Tensor.ofLongs(inputIds.backend(), Shape.of(rows.last.length), rows.last);
            while (rows.steps < settings.maxSteps && rows.open > 0) {
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

        Rows(int batch) {
            symbols = new long[batch][settings.maxSteps];
            ended = new boolean[batch];
            last = new long[batch];
            open = batch;
            Arrays.fill(last, settings.start);
        }

        void write(float[] scores) {
            int vocabulary = scores.length / last.length;
            for (int b = 0; b < last.length; b++) {
                last[b] = ended[b] ? settings.padding : highest(scores, b * vocabulary, vocabulary);
                symbols[b][steps] = last[b];
                if (!ended[b] && last[b] == settings.end) {
                    ended[b] = true;
                    open--;
                }
            }
            steps++;
        }

        private int highest(float[] scores, int from, int vocabulary) {
            int best = 0;
            for (int v = 0; v < vocabulary; v++) {
                if (Float.isNaN(scores[from + v])) {
                    throw new IllegalStateException("decoding: the score of symbol " + v + " at step " + steps
                            + " is not a number: the weights hold NaN or infinity, or an adapter makes them");
                }
                best = scores[from + v] > scores[from + best] ? v : best;
            }
            return best;
        }

        long[][] written() {
            return Arrays.stream(symbols).map(row -> Arrays.copyOf(row, steps)).toArray(long[][]::new);
        }
    }
}
