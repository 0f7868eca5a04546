package dev.rankine.transformer.decode;

import dev.rankine.tensor.ScopePool;
import dev.rankine.tensor.Tensor;
import dev.rankine.transformer.EncoderDecoder;
import java.util.Arrays;
import java.util.Set;

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
        long[] first = new long[inputIds.shape().dim(0)];
        Arrays.fill(first, settings.start);
        Ending ending = new Ending(Set.of(settings.end), settings.padding, settings.maxSteps);
        return new RowWriter(ending, memory, Choice.HIGHEST)
                .write(first, () -> model.startDecoding(inputIds, inputMask));
    }
}
